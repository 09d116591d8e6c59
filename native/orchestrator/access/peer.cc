#include "orchestrator/access/peer.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace plan::orchestrator {

namespace {

constexpr unsigned long kTextTypes = B_ASN1_DIRECTORYSTRING;
constexpr std::string_view kPuppetExtensions = "1.3.6.1.4.1.34380.1.";

struct ShortName {
  std::string_view oid;   // below kPuppetExtensions
  std::string_view name;
};

// As Puppet and its server name them.
constexpr std::array kShortNames = std::to_array<ShortName>({
    {"1.1", "pp_uuid"},
    {"1.2", "pp_instance_id"},
    {"1.3", "pp_image_name"},
    {"1.4", "pp_preshared_key"},
    {"1.5", "pp_cost_center"},
    {"1.6", "pp_product"},
    {"1.7", "pp_project"},
    {"1.8", "pp_application"},
    {"1.9", "pp_service"},
    {"1.10", "pp_employee"},
    {"1.11", "pp_created_by"},
    {"1.12", "pp_environment"},
    {"1.13", "pp_role"},
    {"1.14", "pp_software_version"},
    {"1.15", "pp_department"},
    {"1.16", "pp_cluster"},
    {"1.17", "pp_provisioner"},
    {"1.18", "pp_region"},
    {"1.19", "pp_datacenter"},
    {"1.20", "pp_zone"},
    {"1.21", "pp_network"},
    {"1.22", "pp_securitypolicy"},
    {"1.23", "pp_cloudplatform"},
    {"1.24", "pp_apptier"},
    {"1.25", "pp_hostname"},
    {"1.26", "pp_owner"},
    {"3.1", "pp_authorization"},
    {"3.2", "pp_auth_auto_renew"},
    {"3.13", "pp_auth_role"},
    {"3.39", "pp_cli_auth"},
});

std::optional<std::string> utf8(const ASN1_STRING* text) {
  unsigned char* bytes = nullptr;
  const int size = ASN1_STRING_to_UTF8(&bytes, text);
  if (size < 0) return std::nullopt;
  std::string result(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return result;
}

// As Puppet has it: printable, lower case, no "/". Whatever else (a NUL, a line's end) could make one name look like
// another in a path or a log.
bool is_certname(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c >= ' ' && c <= '~' && c != '/' && !(c >= 'A' && c <= 'Z');
  });
}

std::string dotted_oid(const ASN1_OBJECT* object) {
  std::string text(128, '\0');
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 1);
  text.resize(size > 0 && static_cast<std::size_t>(size) < text.size() ? static_cast<std::size_t>(size) : 0);
  return text;
}

// Puppet wraps the text in DER; certificates of its early versions hold the bare bytes.
std::string value_of(const X509_EXTENSION* extension) {
  const ASN1_OCTET_STRING* wrapped = X509_EXTENSION_get_data(const_cast<X509_EXTENSION*>(extension));
  const unsigned char* bytes = ASN1_STRING_get0_data(wrapped);
  const int size = ASN1_STRING_length(wrapped);
  const unsigned char* end = bytes;
  ASN1_TYPE* value = d2i_ASN1_TYPE(nullptr, &end, size);
  std::optional<std::string> text;
  const unsigned long kind = value == nullptr ? 0 : ASN1_tag2bit(ASN1_TYPE_get(value));
  if ((kind & kTextTypes) != 0 && end == bytes + size) text = utf8(value->value.asn1_string);
  ASN1_TYPE_free(value);
  return text.value_or(std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)));
}

std::string name_of(std::string_view oid) {
  for (const auto& known : kShortNames) {
    if (oid.substr(kPuppetExtensions.size()) == known.oid) return std::string(known.name);
  }
  return std::string(oid);
}

bool is_puppets(std::string_view oid) {
  if (!oid.starts_with(kPuppetExtensions)) return false;
  oid.remove_prefix(kPuppetExtensions.size());
  return oid.starts_with("1.") || oid.starts_with("2.") || oid.starts_with("3.");
}

}  // namespace

std::optional<std::string> common_name(const X509* certificate) {
  const X509_NAME* name = X509_get_subject_name(certificate);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, at) >= 0) return std::nullopt;
  auto result = utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  return result && is_certname(*result) ? result : std::nullopt;
}

std::optional<Peer> read_peer(const X509* certificate) {
  auto certname = common_name(certificate);
  if (!certname) return std::nullopt;
  Peer peer{std::move(*certname), {}};
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    X509_EXTENSION* extension = X509_get_ext(certificate, i);
    const std::string oid = dotted_oid(X509_EXTENSION_get_object(extension));
    if (is_puppets(oid)) peer.extensions.emplace(name_of(oid), value_of(extension));
  }
  return peer;
}

}  // namespace plan::orchestrator
