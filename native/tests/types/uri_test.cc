// URIs: the examples of RFC 3986, section 5.4, but for what Ruby does otherwise; parts; what equals what.
#include <gtest/gtest.h>

#include "types/uri.h"

namespace plan::types {

namespace {

Uri uri(std::string_view text) {
  const auto parsed = Uri::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Uri());
}

TEST(Uri, ResolvesReferences) {
  const Uri base = uri("http://a/b/c/d;p?q");
  static constexpr std::pair<const char*, const char*> kCases[] = {
      {"g:h", "g:h"}, {"g", "http://a/b/c/g"}, {"./g", "http://a/b/c/g"}, {"g/", "http://a/b/c/g/"}, {"/g", "http://a/g"},
      {"//g", "http://g"}, {"?y", "http://a/b/c/d;p?y"}, {"g?y", "http://a/b/c/g?y"}, {"#s", "http://a/b/c/d;p?q#s"},
      {"g;x?y#s", "http://a/b/c/g;x?y#s"}, {"", "http://a/b/c/d;p?q"}, {".", "http://a/b/c/"}, {"..", "http://a/b/"},
      {"../g", "http://a/b/g"}, {"../..", "http://a/"}, {"../../g", "http://a/g"}, {"../../../g", "http://a/g"}, {"g;x=1/../y", "http://a/b/c/y"}};
  for (const auto& [reference, target] : kCases) EXPECT_EQ(base.resolve(uri(reference)).to_string(), target) << reference;
}

TEST(Uri, LeavesOutAPortThatTheSchemeImplies) {
  EXPECT_EQ(uri("HTTP://A.b:80/c").to_string(), "http://A.b/c");
  EXPECT_EQ(uri("https://a.b:80").to_string(), "https://a.b:80");
  EXPECT_EQ(uri("http://a.b").port, 80);
}

TEST(Uri, HasNoHostWhereItIsOpaque) {
  const Uri mail = uri("mailto:a@b.c?subject=x");
  EXPECT_EQ(mail.opaque, "a@b.c?subject=x");
  EXPECT_FALSE(mail.host.has_value());
  EXPECT_EQ(mail.part("path")->kind, TypeKind::undef);
}

TEST(Uri, IsTheSameWhereCaseDoesNotCount) {
  EXPECT_TRUE(uri("HTTP://A.b").same_as(uri("http://a.B/")));
  EXPECT_FALSE(uri("http://a/B").same_as(uri("http://a/b")));
}

TEST(Uri, RefusesWhatIsNone) {
  for (const std::string_view text : {"x y", "http://a:b", "http://[::1", "http://a/%zz", "http://a/\xC3\xA9", "http://a:99999999999999999999"}) {
    EXPECT_FALSE(Uri::parse(text).has_value()) << text;
  }
}

TEST(Uri, IsAskedForByItsParts) {
  EXPECT_EQ(to_string(*uri_type(uri("http://A.b:8080/c"))), "URI[{'scheme' => 'http', 'host' => 'a.b', 'port' => '8080', 'path' => '/c'}]");
  EXPECT_TRUE(assignable(*make(TypeKind::uri), *uri_type(uri("x:y"))));
  EXPECT_FALSE(assignable(*uri_type(uri("http://a")), *make(TypeKind::uri)));
}

}  // namespace

}  // namespace plan::types
