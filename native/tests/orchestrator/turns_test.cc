#include "orchestrator/http/turns.h"

#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>

namespace plan::orchestrator::http {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

class TurnsTest : public testing::Test {
 protected:
  void come(const std::string& name, Hold& hold) {
    asio::co_spawn(io_, wait(name, hold), asio::detached);
    settle();
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  asio::awaitable<void> wait(std::string name, Hold& hold) {
    const bool given = co_await turns_.take(hold);
    seen_.push_back(name + (given ? "" : " gave up"));
  }

  asio::io_context io_;
  Turns turns_{1};
  Hold first_{nullptr}, second_{nullptr}, third_{nullptr};
  std::vector<std::string> seen_;
};

TEST_F(TurnsTest, WhoCameLastGoesFirst) {
  come("first", first_);
  come("second", second_);
  come("third", third_);
  EXPECT_THAT(seen_, ElementsAre("first"));
  turns_.give_back();
  settle();
  EXPECT_THAT(seen_, ElementsAre("first", "third"));
  turns_.give_back();
  settle();
  EXPECT_THAT(seen_, ElementsAre("first", "third", "second"));
}

TEST_F(TurnsTest, TwoTurnsThatAreFreeTogetherGoToTwo) {
  come("first", first_);
  come("second", second_);
  come("third", third_);
  turns_.give_back();
  turns_.give_back();   // before the one who has it could run
  settle();
  EXPECT_THAT(seen_, ElementsAre("first", "third", "second"));
}

TEST_F(TurnsTest, WhoGaveUpTakesNoTurn) {
  come("first", first_);
  come("second", second_);
  come("third", third_);
  third_.give_up();
  settle();
  turns_.give_back();
  settle();
  EXPECT_THAT(seen_, ElementsAre("first", "third gave up", "second"));
}

// The turn was on its way to him.
TEST_F(TurnsTest, ATurnGivenToWhoGivesUpGoesOn) {
  come("first", first_);
  come("second", second_);
  come("third", third_);
  turns_.give_back();
  third_.give_up();
  settle();
  EXPECT_THAT(seen_, ElementsAre("first", "third gave up", "second"));
}

TEST_F(TurnsTest, ATurnThatNobodyWaitsForIsFree) {
  come("first", first_);
  turns_.give_back();
  come("second", second_);
  EXPECT_THAT(seen_, ElementsAre("first", "second"));
}

}  // namespace
}  // namespace plan::orchestrator::http
