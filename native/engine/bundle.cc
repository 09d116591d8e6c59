#include "engine/bundle.h"

namespace plan::engine {

namespace {
Error invalid(const std::string& what) {
  return Error{"engine.bundle", "the bundle cannot be read: " + what, "it is made by galera::plan_bundle() when a catalog is compiled"};
}

const boost::json::string* text_field(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value ? value->if_string() : nullptr;
}
}  // namespace

Result<Bundle> read_bundle(const boost::json::value& json) {
  const boost::json::object* object = json.if_object();
  if (!object) return invalid("it is not an object");
  const boost::json::value* format = object->if_contains("format");
  if (!format || !format->is_int64()) return invalid("'format' is missing");
  if (format->get_int64() != kBundleFormat) {
    return invalid("its format is " + std::to_string(format->get_int64()) + ", this version reads " + std::to_string(kBundleFormat));
  }
  Bundle bundle;
  const boost::json::string* plan = text_field(*object, "plan");
  const boost::json::string* digest = text_field(*object, "digest");
  if (!plan) return invalid("'plan' is missing");
  if (!digest) return invalid("'digest' is missing");
  bundle.plan = std::string(*plan);
  bundle.digest = std::string(*digest);
  const boost::json::value* files = object->if_contains("files");
  if (!files || !files->is_array()) return invalid("'files' is missing");
  for (const boost::json::value& entry : files->get_array()) {
    const boost::json::object* file = entry.if_object();
    const boost::json::string* path = file ? text_field(*file, "path") : nullptr;
    const boost::json::string* text = file ? text_field(*file, "text") : nullptr;
    if (!path || !text) return invalid("an entry of 'files' lacks 'path' or 'text'");
    bundle.files.push_back({std::string(*path), std::string(*text)});
  }
  return bundle;
}

boost::json::value write_bundle(const Bundle& bundle) {
  boost::json::array files;
  for (const SourceFile& file : bundle.files) files.push_back({{"path", file.path}, {"text", file.text}});
  return {{"format", kBundleFormat}, {"plan", bundle.plan}, {"digest", bundle.digest}, {"files", std::move(files)}};
}

}  // namespace plan::engine
