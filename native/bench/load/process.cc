#include "bench/load/process.h"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace plan::load {

std::size_t resident_bytes(pid_t process) {
  std::ifstream statm("/proc/" + std::to_string(process) + "/statm");
  std::size_t all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double cpu_seconds(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::stringstream text;
  text << stat.rdbuf();
  std::string rest = text.str();
  rest.erase(0, rest.rfind(')') + 2);
  std::istringstream fields(rest);
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace plan::load
