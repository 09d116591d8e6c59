# frozen_string_literal: true

require 'digest/sha2'
require 'fileutils'
require 'tmpdir'

module Lab
  # The Debian trees the machines boot from: one for the server, one for the members of each platform. Another is not
  # booted: the module's specs run in it (tools/test-on). A root is built once and named by the digest of its recipe, so
  # that a changed recipe makes a new one and a cached one is never half right. Machines lay an overlay over it.
  #
  # MariaDB is not in a member's root: installing it is the catalog's work. Its packages are, as a local repository,
  # so that agent runs install them for real and without a network.
  class Roots
    SERVER = 'server'
    SPECS = 'specs'
    VARIANT = %w[--variant=minbase --skip=cleanup/apt/lists].freeze
    BASE = %w[systemd systemd-sysv dbus iproute2 iputils-ping ca-certificates procps].freeze
    REPOSITORY = '/srv/packages'
    # What gems are fetched with: the host may be behind a proxy with a CA of its own.
    TRUSTED = '/etc/ssl/certs/ca-certificates.crt'

    DATABASE = %w[mariadb-server mariadb-backup galera-4 galera-arbitrator-4 rsync socat].freeze
    # What a tree is called in which MariaDB is installed, for what is not about installing it.
    INSTALLED = '-with-mariadb'

    MEMBERS = Platform::ALL.to_h do |platform|
      [platform.name, { suite: platform.suite, include: BASE + platform.packages, gems: platform.gems,
                        repository: DATABASE }]
    end
    MEMBERS_WITH_DATABASE = MEMBERS.to_h do |name, recipe|
      ["#{name}#{INSTALLED}", recipe.merge(include: recipe[:include] + DATABASE - %w[galera-arbitrator-4])]
    end
    SERVERS = %w[debian12 debian13].to_h do |name|
      ["#{SERVER}-#{name}", { suite: Platform.named(name).suite, gems: [], repository: [],
                              include: BASE + %w[puppet-agent puppetserver r10k ruby-webrick curl] }]
    end
    RECIPES = {
      **SERVERS,
      SPECS => { suite: 'trixie', repository: [], gems: ['openvox:~> 8.0'],
                 include: BASE + %w[puppet-agent ruby-racc ruby-rspec ruby-rspec-puppet ruby-minitest binutils] },
      **MEMBERS, **MEMBERS_WITH_DATABASE
    }.freeze

    # dpkg need not sync every file of a tree that can be built again; no translations.
    APT_CONF = <<~CONF
      Acquire::Languages "none";
      APT::Install-Recommends "false";
    CONF
    DPKG_CONF = <<~CONF
      force-unsafe-io
    CONF

    # Shared by all labs of the host.
    def self.dir
      File.expand_path(ENV.fetch('GALERA_LAB_ROOTS', '/var/tmp/galera-lab-roots'))
    end

    # The name of the server's tree on this platform.
    def self.server(platform)
      name = "#{SERVER}-#{platform.name}"
      return name if SERVERS.key?(name)

      others = SERVERS.keys.map { |key| key.delete_prefix("#{SERVER}-") }
      raise Error, "there is no server on #{platform.name}, only on #{others.join(', ')}"
    end

    # Builds those of these that are not there, all at once, and returns the trees by name.
    def self.provide(names)
      names.zip(Shell.in_parallel(names) { |name| new(name).build_once }).to_h
    end

    def self.remove_all
      FileUtils.rm_rf(dir)
    end

    def initialize(name)
      @name = name
      @recipe = RECIPES.fetch(name)
    end

    def path
      recipe = [@recipe, APT_CONF, DPKG_CONF, hooks, VARIANT]
      File.join(self.class.dir, "#{@name}-#{Digest::SHA256.hexdigest(recipe.inspect)[0, 12]}")
    end

    def build_once
      return path if File.directory?(path)

      Shell.say "root #{@name}: building (once; some 30 to 60 s)"
      Shell.step("root #{@name}: built") { build }
      path
    end

    private

    # Built under another name and renamed at the end: a root that was interrupted is never taken for a whole one, and
    # when two labs build the same at once, the first to end wins.
    def build
      unfinished = "#{path}.unfinished-#{Process.pid}"
      FileUtils.mkdir_p(File.dirname(path))
      configuration = write_configuration
      Shell.run('mmdebstrap', *VARIANT,
                "--include=#{@recipe[:include].join(',')}",
                "--aptopt=#{configuration[:apt]}", "--dpkgopt=#{configuration[:dpkg]}",
                *hooks.map { |hook| "--customize-hook=#{hook}" }, @recipe[:suite], unfinished)
      File.rename(unfinished, path) unless File.directory?(path)
    ensure
      FileUtils.rm_rf([unfinished, configuration && configuration[:dir]].compact)
    end

    def write_configuration
      dir = Dir.mktmpdir('galera-lab')
      files = { apt: File.join(dir, 'apt.conf'), dpkg: File.join(dir, 'dpkg.cfg') }
      File.write(files[:apt], APT_CONF)
      File.write(files[:dpkg], DPKG_CONF)
      files.merge(dir: dir)
    end

    # Shell snippets run by mmdebstrap at the end, with the tree as $1.
    def hooks
      [*gem_hooks, *repository_hooks, <<~'HOOK']
        echo uninitialized > "$1/etc/machine-id"
        echo 'nameserver 127.0.0.1' > "$1/etc/resolv.conf"
        for unit in systemd-resolved.service systemd-networkd.service apt-daily.timer apt-daily-upgrade.timer \
                    man-db.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
          ln -sf /dev/null "$1/etc/systemd/system/$unit"
        done
        rm -f "$1"/etc/systemd/system/multi-user.target.wants/puppet.service \
              "$1"/etc/systemd/system/multi-user.target.wants/pxp-agent.service \
              "$1"/etc/systemd/system/multi-user.target.wants/mariadb.service \
              "$1"/etc/systemd/system/multi-user.target.wants/puppetserver.service
      HOOK
    end

    # Each gem as "name:version". While the tree is built, the host's network can be reached from inside.
    def gem_hooks
      return [] if @recipe[:gems].empty?

      [<<~HOOK]
        set -e
        cp #{TRUSTED} "$1/tmp/trusted.crt"
        chroot "$1" env SSL_CERT_FILE=/tmp/trusted.crt \
          gem install --no-document #{@recipe[:gems].map { |gem| "'#{gem}'" }.join(' ')}
        rm "$1/tmp/trusted.crt"
        rm -rf "$1"/var/lib/gems/*/cache
      HOOK
    end

    # Downloads the packages with all they need that the tree has not, and makes a repository of them.
    def repository_hooks
      return [] if @recipe[:repository].empty?

      [<<~HOOK]
        set -e
        mkdir -p "$1#{REPOSITORY}"
        APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -qq -y --download-only --no-install-recommends \
          -o Dir::Cache::archives="$1#{REPOSITORY}" install #{@recipe[:repository].join(' ')}
        rm -rf "$1#{REPOSITORY}/lock" "$1#{REPOSITORY}/partial"
        (cd "$1#{REPOSITORY}" && dpkg-scanpackages --multiversion . 2>/dev/null > Packages)
        rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*
        echo 'deb [trusted=yes] file:#{REPOSITORY} ./' > "$1/etc/apt/sources.list"
        chroot "$1" apt-get -qq update
      HOOK
    end
  end
end
