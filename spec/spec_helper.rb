# frozen_string_literal: true

# For the specs that compile manifests or make resources. Needs nothing but Puppet, rspec and rspec-puppet.
require 'fileutils'
require 'tmpdir'

gem 'puppet', ENV['PUPPET_GEM_VERSION'] if ENV['PUPPET_GEM_VERSION']
MODULE_ROOT = File.expand_path('..', __dir__)
$LOAD_PATH.unshift(File.join(MODULE_ROOT, 'lib'))

require 'rspec-puppet'

# The module path of the specs holds a link to this module, and is gone afterwards.
FIXTURE_MODULES = Dir.mktmpdir('galera-spec-modules')
File.symlink(MODULE_ROOT, File.join(FIXTURE_MODULES, 'galera'))

RSpec.configure do |config|
  config.mock_with :rspec
  config.setup_fixtures = false
  config.module_path = FIXTURE_MODULES
  config.disable_monkey_patching!
  config.order = :random
  config.strict_variables = true
  config.default_facts = {
    'os' => { 'name' => 'Debian', 'family' => 'Debian', 'release' => { 'full' => '12.9', 'major' => '12' } },
    'networking' => { 'ip' => '192.0.2.11', 'fqdn' => 'db1.example.com',
                      'hostname' => 'db1', 'domain' => 'example.com' },
    'kernel' => 'Linux', 'service_provider' => 'systemd', 'path' => '/usr/bin:/bin'
  }
  config.after(:suite) { FileUtils.remove_entry(FIXTURE_MODULES) }
end
