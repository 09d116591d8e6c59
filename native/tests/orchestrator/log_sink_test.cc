#include "orchestrator/log_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plan::orchestrator {
namespace {

using ::testing::ElementsAre;

TEST(LogSink, TheJournalGetsTheAuditsFields) {
  const LogRecord record{.level = LogLevel::warning, .message = "db1: refused: forbidden\n", .event = "refused",
                         .certname = "db1", .resource = "Galera::Host[m]", .cluster = "c", .code = "forbidden",
                         .address = "10.0.0.1"};
  EXPECT_THAT(journal_fields(record),
              ElementsAre("PRIORITY=4", "MESSAGE=db1: refused: forbidden", "SYSLOG_IDENTIFIER=plan-orchestrator",
                          "PLAN_EVENT=refused", "PLAN_CERTNAME=db1", "PLAN_RESOURCE=Galera::Host[m]",
                          "PLAN_CLUSTER=c", "PLAN_CODE=forbidden", "PLAN_ADDRESS=10.0.0.1"));
}

TEST(LogSink, TheJournalGetsWhoSpokeAsOperatorAndToWhat) {
  EXPECT_THAT(journal_fields({.message = "x", .event = "operator", .cluster = "c", .code = "ok", .by = "root@puppet", .input = "exclusions"}),
              ElementsAre("PRIORITY=6", "MESSAGE=x", "SYSLOG_IDENTIFIER=plan-orchestrator", "PLAN_EVENT=operator", "PLAN_CLUSTER=c",
                          "PLAN_CODE=ok", "PLAN_OPERATOR=root@puppet", "PLAN_INPUT=exclusions"));
}

TEST(LogSink, FieldsThatAreEmptyAreLeftOut) {
  EXPECT_THAT(journal_fields({.level = LogLevel::error, .message = "x"}),
              ElementsAre("PRIORITY=3", "MESSAGE=x", "SYSLOG_IDENTIFIER=plan-orchestrator"));
}

TEST(LogSink, WhatOthersSentBeginsNoLine) {
  EXPECT_EQ(text_line({.message = "a\nb\r\x1b[1mc\x7f\n\n"}), "a\n  b??[1mc?\n");
  EXPECT_EQ(text_line({.level = LogLevel::warning, .message = "a"}), "warning: a\n");
  EXPECT_EQ(text_line({.level = LogLevel::error, .message = "a"}), "error: a\n");
}

TEST(LogSink, TheJournalIsKnownByDeviceAndInode) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  struct stat status {};
  ASSERT_EQ(::fstat(ends[1], &status), 0);
  const std::string stream = std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  EXPECT_TRUE(is_journal(stream, ends[1]));
  EXPECT_FALSE(is_journal(stream, STDERR_FILENO));   // sent elsewhere since: the variable is inherited, too
  EXPECT_FALSE(is_journal("", ends[1]));
  ::close(ends[0]);
  EXPECT_FALSE(is_journal("8:12", ends[0]));
  ::close(ends[1]);
}

}  // namespace
}  // namespace plan::orchestrator
