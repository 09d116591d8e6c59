// Turns libcurl's result codes into errors that say what to do.
#pragma once

#include <string>

#include <curl/curl.h>

#include "base/result.h"

namespace plan::transport {

// `detail` is what libcurl wrote into the error buffer, or empty.
[[nodiscard]] Error describe(CURLcode code, const std::string& url, const std::string& detail);

}  // namespace plan::transport
