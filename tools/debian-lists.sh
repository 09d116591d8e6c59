# Package lists of our own, so that the machine's apt configuration is not touched. To be sourced; sets the array `apt`,
# the command that uses them. What it fetches is verified with the keys of debian-archive-keyring.
#
#   debian_lists DIRECTORY deb|deb-src SUITE

# shellcheck shell=bash
debian_lists() {
  local directory=$1 type=$2 suite=$3 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$directory/lists/partial" "$directory/cache/archives/partial"
  touch "$directory/status"
  cat > "$directory/sources.list" <<SOURCES
$type [signed-by=$keyring] http://deb.debian.org/debian $suite main
$type [signed-by=$keyring] http://deb.debian.org/debian-security $suite-security main
SOURCES
  apt=(apt-get -qq -o "Dir::Etc::sourcelist=$directory/sources.list" -o Dir::Etc::sourceparts=/dev/null
       -o "Dir::State::lists=$directory/lists" -o "Dir::State::status=$directory/status" -o "Dir::Cache=$directory/cache"
       -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 -o Acquire::Languages=none -o Acquire::Retries=3)
  "${apt[@]}" update
}
