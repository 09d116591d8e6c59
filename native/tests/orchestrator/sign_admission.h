// What the module's function galera::admission does, for tests.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "orchestrator/access/admission.h"
#include "tests/transport/certificates.h"

namespace plan::orchestrator {

[[nodiscard]] std::string sign_admission(const Admission& admission, const test::KeyPair& compiler);
// Any header and claims, the certificate left out of the header where it names an "x5c" of its own.
[[nodiscard]] std::string sign_jws(boost::json::object header, const boost::json::value& claims,
                                   const test::KeyPair& signer);

}  // namespace plan::orchestrator
