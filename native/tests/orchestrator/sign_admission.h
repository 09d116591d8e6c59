// What the module's function galera::admission does, for tests.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "orchestrator/access/admission.h"
#include "tests/transport/certificates.h"

namespace plan::orchestrator {

[[nodiscard]] std::string sign_admission(const Admission& admission, const test::KeyPair& compiler);
// Any claims; "alg" and "x5c" are the signer's where the header has none of its own.
[[nodiscard]] std::string sign_jws(boost::json::object header, const boost::json::value& claims,
                                   const test::KeyPair& signer);

// Of the texts as they are; @CERTIFICATE@ in the header stands for the signer's.
[[nodiscard]] std::string sign_parts(std::string header, const std::string& claims, const test::KeyPair& signer);
[[nodiscard]] std::string claims_text(const Admission& admission);

}  // namespace plan::orchestrator
