// The scripts are made of the commands themselves, so that they know every one of them.
#include "planctl/completion.h"

#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "planctl/sources.h"

namespace plan::planctl {

namespace {

struct Known {
  std::string name, about;
  std::vector<std::pair<std::string, std::string>> options;      // "--json", what it is
  std::vector<std::string> subcommands;
};

std::vector<Known> commands(const CLI::App& app) {
  std::vector<Known> all;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    Known known{command->get_name(), command->get_description(), {}, {}};
    for (const CLI::App* part : command->get_subcommands([](const CLI::App*) { return true; })) {
      known.subcommands.push_back(part->get_name());
    }
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) known.options.emplace_back("--" + name, option->get_description());
    }
    all.push_back(std::move(known));
  }
  return all;
}

// What may follow an option, where that is one of a few words.
constexpr std::pair<const char*, const char*> kValues[] = {{"--trace", "text json"}, {"--format", "dot svg"}};

std::string joined(const std::vector<std::string>& words) {
  std::string result;
  for (const std::string& word : words) result += (result.empty() ? "" : " ") + word;
  return result;
}

void bash(const std::vector<Known>& all) {
  std::string names;
  for (const Known& command : all) names += (names.empty() ? "" : " ") + command.name;
  std::cout << "# bash completion of planctl: eval \"$(planctl completion bash)\"\n_planctl() {\n"
               "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
               "  COMPREPLY=()\n  case $before in\n";
  for (const auto& [option, values] : kValues) {
    std::cout << "    " << option << ") mapfile -t COMPREPLY < <(compgen -W '" << values << "' -- \"$word\"); return ;;\n";
  }
  std::cout << "  esac\n  if [[ $COMP_CWORD -eq 1 ]]; then\n    words='" << names << " --help --version'\n  else\n    case ${COMP_WORDS[1]} in\n";
  for (const Known& command : all) {
    std::cout << "      " << command.name << ") words='";
    for (std::size_t i = 0; i < command.options.size(); ++i) std::cout << (i ? " " : "") << command.options[i].first;
    std::cout << "' ;;\n";
  }
  std::cout << "    esac\n    [[ $word == -* ]] || words=\n  fi\n";
  for (const Known& command : all) {
    if (command.subcommands.empty()) continue;
    std::cout << "  [[ $COMP_CWORD -eq 2 && ${COMP_WORDS[1]} == " << command.name << " && $word != -* ]] && words='"
              << joined(command.subcommands) << "'\n";
  }
  std::cout << "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\ncomplete -o default -o bashdefault -F _planctl planctl\n";
}

std::string single_quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "'\\''" : std::string(1, c);
  return result + "'";
}

void fish(const std::vector<Known>& all) {
  std::cout << "# fish completion of planctl: planctl completion fish | source\n";
  for (const Known& command : all) {
    std::cout << "complete -c planctl -n __fish_use_subcommand -f -a " << command.name << " -d " << single_quoted(command.about) << '\n';
    for (const auto& [option, about] : command.options) {
      std::cout << "complete -c planctl -n '__fish_seen_subcommand_from " << command.name << "' -l " << option.substr(2) << " -d " << single_quoted(about);
      for (const auto& [name, values] : kValues) {
        if (option == name) std::cout << " -x -a " << single_quoted(values);
      }
      std::cout << '\n';
    }
    if (command.subcommands.empty()) continue;
    const std::string words = joined(command.subcommands);
    std::cout << "complete -c planctl -n '__fish_seen_subcommand_from " << command.name
              << "; and not __fish_seen_subcommand_from " << words << "' -f -a " << single_quoted(words) << '\n';
  }
}

// In zsh's own descriptions of options brackets and colons have a meaning.
std::string zsh_text(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '[' || c == ']' || c == ':' ? std::string("\\") + c : std::string(1, c);
  return result;
}

void zsh(const std::vector<Known>& all) {
  std::cout << "#compdef planctl\n# zsh completion of planctl: planctl completion zsh > \"${fpath[1]}/_planctl\", or eval \"$(planctl completion zsh)\"\n"
               "_planctl() {\n  local -a commands=(\n";
  for (const Known& command : all) std::cout << "    " << single_quoted(command.name + ":" + zsh_text(command.about)) << '\n';
  std::cout << "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n"
               "  local command=$words[2]\n  shift words\n  (( CURRENT-- ))\n  case $command in\n";
  for (const Known& command : all) {
    std::cout << "    " << command.name << ") _arguments";
    for (const auto& [option, about] : command.options) {
      std::string spec = "*" + option + "[" + zsh_text(about) + "]";
      for (const auto& [name, values] : kValues) {
        if (option == name) spec += ":value:(" + std::string(values) + ")";
      }
      std::cout << ' ' << single_quoted(spec);
    }
    if (!command.subcommands.empty()) std::cout << " '1:command:(" << joined(command.subcommands) << ")'";
    std::cout << " '*:file:_files' ;;\n";
  }
  std::cout << "  esac\n}\n[[ $zsh_eval_context[-1] == loadautofunc ]] && _planctl \"$@\" || compdef _planctl planctl\n";
}

}  // namespace

void add_completion(CLI::App& app, int& code) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("completion", "Print a script with which a shell completes planctl's commands");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example, for ~/.bashrc:\n  eval \"$(planctl completion bash)\"\n\nExit codes: 0 fine, 2 wrong usage.");
  command->callback([&app, shell, &code] {
    const std::vector<Known> all = commands(app);
    if (*shell == "fish") fish(all);
    else if (*shell == "zsh") zsh(all);
    else bash(all);
    code = kFine;
  });
}

}  // namespace plan::planctl
