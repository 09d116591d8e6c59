#include "orchestrator/memory_loss.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace plan::orchestrator {

std::string facts_of_loss(std::uint64_t epoch) {
  return boost::json::serialize(boost::json::object{{"memory_lost_at", epoch}});
}

std::uint64_t memory_lost_at(const StoredDeclaration& declaration) {
  const auto facts = boost::json::parse(declaration.facts);   // our own text
  const auto* epoch = facts.as_object().if_contains("memory_lost_at");
  return epoch == nullptr ? 0 : epoch->to_number<std::uint64_t>();
}

Transaction restoration(const Contents& contents, std::uint64_t known_epoch) {
  Transaction transaction;
  transaction.epoch = contents.epoch;
  transaction.new_epoch = std::max(contents.epoch, known_epoch) + 1;
  transaction.declarations = contents.declarations;
  for (auto& declaration : transaction.declarations) declaration.facts = facts_of_loss(*transaction.new_epoch);
  return transaction;
}

}  // namespace plan::orchestrator
