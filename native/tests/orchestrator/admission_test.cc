// What the service makes of admissions; they are plain text here, as the one who judges them is a fake.
#include "orchestrator/access/admission.h"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/store/memory.h"
#include "tests/orchestrator/desk.h"

namespace plan::orchestrator {
namespace {

// "<certname> <cluster> <resource> <compile time>"
class FakeAdmissions final : public Admissions {
 public:
  [[nodiscard]] Result<Admission> verify(std::string_view text) const override {
    std::istringstream words{std::string(text)};
    Admission admission;
    words >> admission.certname >> admission.cluster >> admission.resource >> admission.compiled_us;
    if (words.fail()) return Error{"admission_refused", "the admission is no admission"};
    return admission;
  }
};

class AdmissionTest : public ::testing::Test {
 protected:
  AdmissionTest() {
    options_.certname = "orchestrator";
    options_.admissions = &admissions_;
    restart();
  }
  void restart() {
    service_.reset();
    auto opened = Service::open(store_, options_);
    PLAN_ASSERT(opened.ok());
    service_ = std::move(opened).value();
    PLAN_ASSERT(service_->configure({desk_declaration()}, {}).empty());
    PLAN_ASSERT(service_->commit().ok());
  }
  std::string exchange(const std::string& admission) {
    member_.admission = admission;
    return member_.exchange(*service_);
  }
  static std::string of(int compiled_us) { return "db1 desk_1 Desk::Member[m] " + std::to_string(compiled_us); }
  std::size_t members() {
    return service_->describe("desk_1").at("members").as_array().size();
  }

  FakeAdmissions admissions_;
  MemoryStore store_{{"0123456789abcdef0123456789abcdef", 5}};
  ServiceOptions options_;
  std::unique_ptr<Service> service_;
  Member member_{"db1"};
};

TEST_F(AdmissionTest, S16_WithoutOneNothingIsKeptOfAMember) {
  member_.join();
  member_.epoch = 77;
  const auto epoch = service_->epoch();
  EXPECT_EQ(exchange(""), "not_admitted");
  EXPECT_EQ(exchange("nonsense"), "admission_refused");
  EXPECT_EQ(exchange("db2 desk_1 Desk::Member[m] 5"), "admission_refused");
  EXPECT_EQ(exchange("db1 desk_2 Desk::Member[m] 5"), "admission_refused");
  EXPECT_EQ(exchange("db1 desk_1 Desk::Member[n] 5"), "admission_refused");
  ASSERT_TRUE(service_->commit().ok());
  EXPECT_EQ(members(), 0U);
  EXPECT_EQ(service_->epoch(), epoch) << "an epoch was taken from somebody who is not admitted";
  EXPECT_EQ(exchange(of(1)), "");
  EXPECT_EQ(members(), 1U);
}

TEST_F(AdmissionTest, WhichClustersThereAreIsToldToWhoWasAdmitted) {
  member_.cluster = "desk_9";
  EXPECT_EQ(exchange(""), "not_admitted");
  EXPECT_EQ(exchange("db1 desk_9 Desk::Member[m] 5"), "unknown_cluster");
}

TEST_F(AdmissionTest, ItIsRememberedOverARestart) {
  member_.join();
  EXPECT_EQ(exchange(of(1)), "");
  EXPECT_EQ(exchange(""), "");
  restart();
  EXPECT_EQ(exchange(""), "");
  member_.begin_anew('b');
  member_.join();
  EXPECT_EQ(exchange(""), "");
}

TEST_F(AdmissionTest, WhoLeftHearsTheEndAndSaysNoMore) {
  member_.join();
  EXPECT_EQ(exchange(of(5)), "");
  member_.leave();
  EXPECT_EQ(exchange(of(6)), "");
  EXPECT_EQ(exchange(of(6)), "") << "the same incarnation may hear what is still there for it";
  // The next run of the catalog that releases it, cut short before it had its answer, changes nothing.
  EXPECT_EQ(exchange(of(7)), "");
  restart();
  member_.ask("more");
  EXPECT_EQ(exchange(of(7)), "released");
  member_.begin_anew('b');
  EXPECT_EQ(exchange(of(7)), "released");
  EXPECT_EQ(exchange(""), "released");
  member_.join();
  EXPECT_EQ(exchange(of(6)), "released");
  EXPECT_EQ(exchange(of(8)), "");
  member_.ask("again");
  EXPECT_EQ(exchange(""), "");
  restart();
  member_.ask("and again");
  EXPECT_EQ(exchange(""), "");
}

}  // namespace
}  // namespace plan::orchestrator
