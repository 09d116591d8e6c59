#include "protocol/path.h"

#include <gtest/gtest.h>

#include "protocol/exchange.h"

namespace plan::protocol {
namespace {

TEST(ExchangePath, IsReadAsItWasWritten) {
  const values::ProcessIdentity member{"db1.example.com", "Galera::Host[cluster member/ü%]"};
  EXPECT_EQ(exchange_path(member),
            "/plan/v1/processes/db1.example.com/Galera%3A%3AHost%5Bcluster%20member%2F%C3%BC%25%5D/exchange");
  const auto read = read_exchange_path(exchange_path(member));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, member);
}

TEST(ExchangePath, WhatIsNoExchangeIsNotFound) {
  for (const char* target : {"/", "/plan/v1/processes/db1/exchange", "/plan/v1/processes/db1/a/b/exchange",
                             "/plan/v1/processes/db1/a/exchange?x", "/plan/v2/processes/db1/a/exchange"}) {
    EXPECT_EQ(read_exchange_path(target).error().code, "not_found") << target;
  }
}

TEST(ExchangePath, BadEncodingsAndControlCharactersAreMalformed) {
  for (const char* segment : {"a%", "a%4", "a%zz", "a%0A", "a%00", "%7f"}) {
    const std::string target = "/plan/v1/processes/db1/" + std::string(segment) + "/exchange";
    EXPECT_EQ(read_exchange_path(target).error().code, "malformed") << target;
  }
  EXPECT_EQ(read_exchange_path("/plan/v1/processes//a/exchange").error().code, "malformed");
}

}  // namespace
}  // namespace plan::protocol
