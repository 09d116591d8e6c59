# frozen_string_literal: true

require 'optparse'

module Lab
  # What a machine boots: a Debian release with a Puppet agent on it, and where that agent has its files. Debian's own
  # package of the agent keeps to Debian's directories, a gem to those of upstream's packages.
  Platform = Struct.new(:name, :suite, :packages, :gems, :confdir, :ssldir, :statedir, keyword_init: true)

  class Platform # rubocop:disable Style/Documentation -- above
    DEBIAN = { packages: %w[puppet-agent], gems: [], confdir: '/etc/puppet', ssldir: '/var/lib/puppet/ssl',
               statedir: '/var/cache/puppet/state' }.freeze
    ALL = [
      new(name: 'debian12', suite: 'bookworm', **DEBIAN),
      new(name: 'debian13', suite: 'trixie', **DEBIAN),
      # What of the gem's dependencies would have to be compiled comes from Debian.
      new(name: 'openvox', suite: 'trixie', packages: %w[ruby ruby-racc], gems: ['openvox:~> 8.0'],
          confdir: '/etc/puppetlabs/puppet', ssldir: '/etc/puppetlabs/puppet/ssl',
          statedir: '/opt/puppetlabs/puppet/cache/state')
    ].freeze
    DEFAULT = ALL.first

    # What the option --platform says: "debian13" is for all members, "db3=debian13" for one.
    def self.choice(text)
      member, platform = text.include?('=') ? text.split('=', 2) : ['all', text]
      Settings.address(member) unless member == 'all'
      { member => named(platform).name }
    rescue Error => e
      raise OptionParser::InvalidArgument, e.message
    end

    def self.named(name)
      ALL.find { |platform| platform.name == name } or
        raise Error, "there is no platform '#{name}'; there are: #{ALL.map(&:name).join(', ')}"
    end
  end
end
