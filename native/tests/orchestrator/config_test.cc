#include "orchestrator/config.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/declarations.h"
#include "orchestrator/witness.h"
#include "orchestrator/yaml.h"
#include "tests/orchestrator/small_disk.h"

namespace plan::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kGood =
    "certificate: /ssl/cert.pem\n"
    "private_key: /ssl/key.pem\n"
    "ca: /ssl/ca.pem\n"
    "store: state/store.sqlite\n"
    "clusters: /etc/clusters.d\n";

class ConfigTest : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(directory_.file(name)) << text; }
  Result<Config> read(const std::string& text) {
    write("orchestrator.yaml", text);
    return read_config(directory_.file("orchestrator.yaml"));
  }
  TemporaryDirectory directory_;
};

TEST_F(ConfigTest, TakesDefaultsAndRelativePaths) {
  const auto config = read(kGood);
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->listen, "0.0.0.0:8146");
  EXPECT_EQ(config->status_listen, "127.0.0.1:8147");
  EXPECT_EQ(config->certificate, "/ssl/cert.pem");
  EXPECT_EQ(config->store, directory_.file("state/store.sqlite"));
  EXPECT_EQ(config->witness, directory_.file("state/store.sqlite.witness"));
  EXPECT_EQ(config->crl, "");
}

TEST_F(ConfigTest, ReadsEveryKey) {
  const auto config = read(std::string(kGood) +
                           "listen: '[::]:1'\nstatus_listen: ''\ncontrol: run/control\ncrl: /crl\nwitness: /w\n"
                           "certname: me\ncompilers: [puppet1, puppet2]\n"
                           "limits: {connections: 5, header_bytes: 4096, idle_seconds: 7}\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->listen, "[::]:1");
  EXPECT_EQ(config->status_listen, "");
  EXPECT_EQ(config->control, directory_.file("run/control"));
  EXPECT_EQ(config->crl, "/crl");
  EXPECT_EQ(config->witness, "/w");
  EXPECT_EQ(config->certname, "me");
  EXPECT_THAT(config->compilers, ElementsAre("puppet1", "puppet2"));
  EXPECT_EQ(config->limits.connections, 5U);
  EXPECT_EQ(config->limits.request.header_bytes, 4096U);
  EXPECT_EQ(config->limits.idle, std::chrono::seconds(7));
}

TEST_F(ConfigTest, EachMistakeIsSaidWithItsPlace) {
  const std::string good = kGood;
  const std::vector<std::pair<std::string, std::string>> mistakes = {
      {good + "certificat: x\n", "orchestrator.yaml:6: unknown key 'certificat'"},
      {good + "ca: again\n", "orchestrator.yaml:6: the key 'ca' stands there twice"},
      {good + "crl: [a]\n", ":6: crl: expected a single value"},
      {good + "limits: {connections: many}\n", ":6: limits.connections: expected a whole number"},
      {good + "limits: {connections: 0}\n", ":6: limits.connections: expected a whole number"},
      {good + "limits: 5\n", ":6: limits: expected keys with values"},
      {good + "limits: {conections: 5}\n", ":6: unknown key 'limits.conections'"},
      {good + "compilers: ['']\n", ":6: compilers: must not be empty"},
      {good + "authorization: {routes: x, allow: y}\n", ":6: the key 'authorization.name' is missing"},
      {good + "authorization: {name: x, routes: y}\n", ":6: authorization: the rule 'x' neither allows nor denies"},
      {good + "authorization: {name: x, routes: y, allow: /(/}\n", ":6: authorization.allow: the regular expression /(/"},
      {good + "authorization: {name: x, routes: y, allow: {extension: z}}\n", "unknown key 'authorization.allow.extension'"},
      {good + "authorization: {name: x, routes: y, allow: {extensions: {}}}\n", ":6: authorization.allow.extensions: expected"},
      {"ca: ''\n", ":1: ca: must not be empty"},
      {"listen: x\n", "the key 'certificate' is missing"},
      {"- a\n", ":1: expected keys with values"},
      {"a: [\n", "orchestrator.yaml: "},
  };
  for (const auto& [text, said] : mistakes) {
    const auto config = read(text);
    ASSERT_FALSE(config.ok()) << text;
    EXPECT_THAT(config.error().message, HasSubstr(said));
  }
  EXPECT_EQ(read(good + "certificat: x\n").error().help, "Did you mean 'certificate'?");
  EXPECT_THAT(read_config(directory_.file("none")).error().message, HasSubstr("none: cannot be read"));
}

TEST_F(ConfigTest, AllMistakesAreSaidAtOnce) {
  const auto config = read("certificat: x\nlimits: {connections: 0}\nstore: s\n");
  ASSERT_FALSE(config.ok());
  for (const char* said : {":1: unknown key 'certificat'. Did you mean 'certificate'?\n", ":2: limits.connections: expected",
                           "the key 'private_key' is missing", "the key 'clusters' is missing"}) {
    EXPECT_THAT(config.error().message, HasSubstr(said));
  }
}

TEST_F(ConfigTest, RulesOfAuthorization) {
  const auto config = read(std::string(kGood) +
                           "authorization:\n"
                           "  - name: monitoring\n"
                           "    routes: [/metrics, /status/*]\n"
                           "    allow: ['*.mon.example.com', {extensions: {pp_role: monitoring, pp_zone: a}}]\n"
                           "    deny: /old\\d+/\n");
  ASSERT_TRUE(config.ok()) << config.error().message;
  const Rules rules("puppet", config->authorization);
  EXPECT_FALSE(rules.refusal("/metrics", {"a.mon.example.com", {}}));
  EXPECT_FALSE(rules.refusal("/status/v1/services", {"b", {{"pp_role", "monitoring"}, {"pp_zone", "a"}}}));
  EXPECT_TRUE(rules.refusal("/status/v1/services", {"old1", {{"pp_role", "monitoring"}, {"pp_zone", "a"}}}));
  EXPECT_TRUE(rules.refusal("/plan/v1/clusters", {"a.mon.example.com", {}}));
}

TEST_F(ConfigTest, DeclarationsComeFromJsonAndYamlInTheOrderOfTheirFiles) {
  write("b.json", R"({"resource": "A[b]", "title": "b", "plan": "a", "parameters": {"n": 3}, "bundle": {}})");
  write("a.yaml", "resource: 'A[a]'\ntitle: a\nplan: a\nparameters: {n: 3, on: true, s: '3', f: 1.5}\nbundle: {}\n");
  write("c.json", "{\"resource\": 5}");
  write("d.yml", "a: [");
  write("ignored.txt", "no");
  const auto found = read_declarations(directory_.path().string());
  ASSERT_TRUE(found.ok());
  ASSERT_THAT(found->read, SizeIs(2));
  EXPECT_EQ(found->read[0].title, "a");
  EXPECT_EQ(found->read[0].parameters.at("n"), 3);
  EXPECT_EQ(found->read[0].parameters.at("on"), true);
  EXPECT_EQ(found->read[0].parameters.at("s"), "3");
  EXPECT_EQ(found->read[0].parameters.at("f"), 1.5);
  EXPECT_EQ(found->read[1].title, "b");
  ASSERT_THAT(found->unreadable, SizeIs(2));
  EXPECT_THAT(found->unreadable[0].error.message, HasSubstr("resource: expected a string"));
  EXPECT_THAT(found->unreadable[1].origin, HasSubstr("d.yml"));
}

TEST_F(ConfigTest, ADirectoryThatIsNotThereIsSaid) {
  EXPECT_THAT(read_declarations(directory_.file("none")).error().message, HasSubstr("clusters: "));
}

TEST(Yaml, AliasesOfAliasesAreBounded) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 0; j < 8; ++j) text += ", " + before;
    text += "]\n";
  }
  const auto bomb = yaml_to_json(text, 100);
  ASSERT_FALSE(bomb.ok());
  EXPECT_THAT(bomb.error().message, HasSubstr("more than 1000000 values"));
}

TEST(Yaml, NestingThatWouldOverflowTheParsersStackIsAnError) {
  for (const char* open : {"[", "{a: ", "- ", "? "}) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += open;
    EXPECT_FALSE(load_yaml(text).ok()) << open;
  }
}

TEST(Yaml, DepthIsBounded) {
  EXPECT_FALSE(yaml_to_json(std::string(50, '[') + std::string(50, ']'), 20).ok());
  EXPECT_TRUE(yaml_to_json(std::string(10, '[') + std::string(10, ']'), 20).ok());
}

TEST_F(ConfigTest, TheWitnessSaysThatThereIsNoRoomAndIsWrittenLater) {
  PLAN_NEEDS_ROOT();
  const SmallDisk disk(4096);
  ASSERT_TRUE(disk.mounted());
  std::ofstream(disk.file("filler")) << std::string(4096, 'x');
  auto witness = FileWitness::open(disk.file("witness"));
  ASSERT_TRUE(witness.ok());
  EXPECT_EQ(witness->remember("A[b]").error().code, "store.full");
  EXPECT_FALSE(witness->knows("A[b]"));
  std::filesystem::remove(disk.file("filler"));
  EXPECT_TRUE(witness->remember("A[b]").ok());
  EXPECT_TRUE(FileWitness::open(disk.file("witness"))->knows("A[b]"));
}

TEST_F(ConfigTest, TheWitnessRemembersOverARestartAndACutLine) {
  const std::string path = directory_.file("witness");
  {
    auto witness = FileWitness::open(path);
    ASSERT_TRUE(witness.ok());
    EXPECT_FALSE(witness->knows("A[b]"));
    ASSERT_TRUE(witness->remember("A[b]").ok());
    EXPECT_TRUE(witness->knows("A[b]"));
  }
  std::ofstream(path, std::ios::app) << "A[cu";   // power went
  auto again = FileWitness::open(path);
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(again->knows("A[b]"));
  ASSERT_TRUE(again->remember("A[c]").ok());
  EXPECT_TRUE(FileWitness::open(path)->knows("A[c]"));
  EXPECT_EQ(FileWitness::open(directory_.file("none/witness"))->remember("A[b]").error().code, "witness.io");
}

}  // namespace
}  // namespace plan::orchestrator
