# Run as a script: -DFOLDER=docs/diagnostics -DOUTPUT=pages.cc. Writes the pages as the function that planctl/pages.h
# declares.
file(GLOB pages "${FOLDER}/P*.md")
list(SORT pages)
set(entries "")
foreach(page ${pages})
  get_filename_component(id "${page}" NAME_WE)
  file(READ "${page}" text)
  string(APPEND entries "    {\"${id}\", R\"PAGE(${text})PAGE\"},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"planctl/pages.h\"

#include <map>

namespace plan::planctl {

std::string_view page_of(std::string_view id) {
  static const std::map<std::string_view, std::string_view> kPages = {
${entries}  };
  const auto found = kPages.find(id);
  return found == kPages.end() ? std::string_view() : found->second;
}

}  // namespace plan::planctl
")
