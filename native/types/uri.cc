#include "types/uri.h"

#include <algorithm>
#include <charconv>

#include "types/regex.h"
#include "types/text.h"

namespace plan::types {

namespace {

constexpr std::string_view kPattern =
    R"(\A(?:([A-Za-z][A-Za-z0-9+\-.]*):)?)"                                                            // 1: scheme
    R"((?://(?:((?:%\h\h|[\w\-.~!$&'()*+,;=:])*)@)?(\[[\h:.]+\]|(?:%\h\h|[\w\-.~!$&'()*+,;=])*)(?::(\d*))?(?=[/?#]|\z))?)"   // 2: userinfo, 3: host, 4: port
    R"(((?:%\h\h|[\w\-.~!$&'()*+,;=:@/])*))"                                                            // 5: path
    R"((?:\?((?:%\h\h|[\w\-.~!$&'()*+,;=:@/?\[\]])*))?)"                                                // 6: query
    R"((?:\#((?:%\h\h|[\w\-.~!$&'()*+,;=:@/?])*))?\z)";                                                 // 7: fragment

std::optional<std::int64_t> default_port(std::string_view scheme) {
  if (scheme == "http" || scheme == "ws") return 80;
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "ftp") return 21;
  if (scheme == "ldap") return 389;
  if (scheme == "ldaps") return 636;
  return std::nullopt;
}

// Section 5.2.4: `.` and `..` taken out of a path.
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  const bool rooted = path.starts_with('/');
  bool open = false;   // the path ends in a slash
  for (std::size_t at = rooted ? 1 : 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view segment = path.substr(at, end - at);
    open = segment == "." || segment == "..";
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (!open) kept.push_back(segment);
    at = end + 1;
  }
  std::string out = rooted ? "/" : "";
  for (std::size_t i = 0; i < kept.size(); ++i) out += (i > 0 ? "/" : "") + std::string(kept[i]);
  if (open && !kept.empty()) out += '/';
  return out;
}

std::string merged_path(const Uri& base, const std::string& path) {
  if (base.host && base.path.empty()) return "/" + path;
  return base.path.substr(0, base.path.rfind('/') + 1) + path;
}

}  // namespace

bool Uri::has_part(std::string_view name) { return std::find(kParts.begin(), kParts.end(), name) != kParts.end(); }

std::optional<Uri> Uri::parse(std::string_view text) {
  const auto match = Regex::of(kPattern)->search(text);
  if (!match) return std::nullopt;
  const auto part = [&](std::size_t group) {
    return match->groups[group].matched ? std::optional(std::string(match->text(text, group))) : std::nullopt;
  };
  Uri uri;
  uri.scheme = ascii_downcase(part(1).value_or(""));
  uri.userinfo = part(2).value_or("");
  uri.host = part(3);
  if (const std::string port = part(4).value_or(""); !port.empty()) {
    std::int64_t number = 0;
    if (std::from_chars(port.data(), port.data() + port.size(), number).ec != std::errc{}) return std::nullopt;
    uri.port = number;
  }
  uri.path = *part(5);
  if (!uri.host && uri.path.starts_with("//")) return std::nullopt;   // an authority that could not be read
  uri.query = part(6);
  uri.fragment = part(7);
  if (!uri.scheme.empty() && !uri.host && !uri.path.empty() && uri.path[0] != '/') {
    uri.opaque = uri.path + (uri.query ? "?" + *uri.query : "");
    uri.path.clear();
    uri.query.reset();
  }
  if (!uri.port) uri.port = default_port(uri.scheme);
  return uri;
}

std::string Uri::to_string() const {
  std::string out = scheme.empty() ? "" : scheme + ":";
  if (!opaque.empty()) {
    out += opaque;
  } else {
    if (host) {
      out += "//" + (userinfo.empty() ? "" : userinfo + "@") + *host;
      if (port && port != default_port(scheme)) out += ":" + std::to_string(*port);
    }
    out += path;
    if (query) out += "?" + *query;
  }
  return fragment ? out + "#" + *fragment : out;
}

TypePtr Uri::part(std::string_view name) const {
  const auto literal = [](const std::string& text) { return text.empty() ? make(TypeKind::undef) : string_literal(text); };
  const auto present = [](const std::optional<std::string>& text) { return text ? string_literal(*text) : make(TypeKind::undef); };
  if (name == "scheme") return literal(scheme);
  if (name == "userinfo") return literal(userinfo);
  if (name == "host") return present(host);
  if (name == "port") return port ? integer(*port, *port) : make(TypeKind::undef);
  if (name == "path") return opaque.empty() ? string_literal(path) : make(TypeKind::undef);
  if (name == "query") return present(query);
  if (name == "fragment") return present(fragment);
  return literal(opaque);
}

Uri Uri::resolve(const Uri& reference) const {
  if (!reference.scheme.empty()) return reference;
  Uri target = reference;
  target.scheme = scheme;
  if (!reference.host) {
    target.host = host;
    target.userinfo = userinfo;
    target.port = port;
    if (reference.path.empty()) {
      target.path = path;
      if (!reference.query) target.query = query;
    } else {
      target.path = without_dots(reference.path[0] == '/' ? reference.path : merged_path(*this, reference.path));
    }
  }
  if (!target.port) target.port = default_port(scheme);
  return target;
}

bool Uri::same_as(const Uri& other) const {
  const auto plain = [](Uri uri) {
    if (uri.host) uri.host = ascii_downcase(*uri.host);
    if (uri.host && uri.path.empty()) uri.path = "/";
    return uri.to_string();
  };
  return plain(*this) == plain(other);
}

TypePtr uri_type(const Uri& uri) {
  auto type = std::make_shared<Type>(*make(TypeKind::uri));
  for (const std::string_view name : Uri::kParts) {
    TypePtr part = uri.part(name);
    if (part->kind == TypeKind::undef || (part->is_literal() && part->strings[0].empty())) continue;
    if (name == "host") part = string_literal(ascii_downcase(part->strings[0]));
    if (name == "port") {
      if (uri.port == (uri.scheme == "http" ? 80 : uri.scheme == "https" ? 443 : -1)) continue;
      part = string_literal(std::to_string(*uri.port));
    }
    type->members.push_back({std::string(name), std::move(part), false});
  }
  return type;
}

}  // namespace plan::types
