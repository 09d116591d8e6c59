#include "simulator/fake_admissions.h"

#include <boost/json.hpp>

namespace plan::simulator {

std::string FakeAdmissions::write(const values::ProcessIdentity& member, const std::string& cluster,
                                  std::uint64_t compiled_us) {
  return boost::json::serialize(boost::json::array{member.certname, cluster, member.resource, compiled_us});
}

Result<orchestrator::Admission> FakeAdmissions::verify(std::string_view text) const {
  const auto fields = boost::json::parse(boost::json::string_view(text.data(), text.size())).as_array();
  const auto word = [&](std::size_t at) { return std::string(fields.at(at).as_string()); };
  return orchestrator::Admission{word(0), word(1), word(2), fields.at(3).to_number<std::uint64_t>(), "puppet.example.com"};
}

}  // namespace plan::simulator
