// An admission as a node may send it. The first letter says which part of it is the input's: T the whole text, H the
// header (@CERTIFICATE@ in it stands for a compiler's), C the claims; what is left is right, and signed by a compiler.
#include <string>

#include <openssl/ssl.h>

#include "base/assert.h"
#include "fuzz/targets.h"
#include "orchestrator/access/signed_admissions.h"
#include "orchestrator/http/tls.h"
#include "tests/orchestrator/sign_admission.h"

namespace plan::fuzz {

namespace {

using orchestrator::Admission;

const Admission kRight{"db1", "cluster_1", "Galera::Host[m]", 1'700'000'000'000'000, "puppet"};

struct World {
  World() {
    const auto own = authority.issue("localhost");
    const auto context = orchestrator::http::make_context({own.certificate, own.private_key, authority.certificate(), ""});
    PLAN_ASSERT(context.ok());
    admissions.trust(SSL_CTX_get_cert_store(context->get()));
    admissions.set_compilers({"puppet"});
  }
  test::Authority authority{"CA"};
  test::KeyPair compiler = authority.issue("puppet");
  orchestrator::SignedAdmissions admissions;
};

World& world() {
  static World the_world;
  return the_world;
}

}  // namespace

void fuzz_admission(std::string_view input) {
  if (input.empty() || input.size() > 64 * 1024) return;
  const char kind = input.front();
  input.remove_prefix(1);
  World& here = world();
  std::string text(input);
  if (kind == 'H') text = orchestrator::sign_parts(text, orchestrator::claims_text(kRight), here.compiler);
  if (kind == 'C') text = orchestrator::sign_parts(R"({"typ":"plan-admission","alg":"ES256","x5c":["@CERTIFICATE@"]})", text, here.compiler);
  const auto admission = here.admissions.verify(text);
  if (!admission) {
    PLAN_ASSERT(admission.error().code == "admission_refused");
    return;
  }
  // Only the compiler's own word counts: nothing but what it signed may come out.
  PLAN_ASSERT(kind == 'C' || (kind == 'H' && *admission == kRight));
  PLAN_ASSERT(admission->compiler == "puppet" && admission->compiled_us > 0);
}

}  // namespace plan::fuzz
