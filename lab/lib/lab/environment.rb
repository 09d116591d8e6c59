# frozen_string_literal: true

require 'digest/sha2'
require 'fileutils'
require 'yaml'

module Lab
  # The Puppet environment on the lab's server: the files of lab/environment, and the values site.pp looks up.
  class Environment
    SNAPSHOT = 'site-modules/shop/files/shop.sql'
    SNAPSHOT_ROWS = { 'products' => 5, 'orders' => 2 }.freeze

    def initialize(machine)
      @machine = machine
    end

    def self.source_dir
      File.join(Settings.project_dir, 'lab/environment')
    end

    # Puts the files there. What is said in `values` of lab::... stands; the rest is the usual catalog for a cluster,
    # and no machine differs.
    def write(values)
      FileUtils.rm_rf(File.join(@machine.disk, path('data/nodes')))
      Dir.glob('**/*', base: self.class.source_dir).each do |file|
        source = File.join(self.class.source_dir, file)
        @machine.write(path(file), File.binread(source)) if File.file?(source)
      end
      write_data('common.yaml', defaults.merge(values))
    end

    # Values for one machine alone, over the common ones; none takes them away again.
    def write_node(certname, values)
      write_data("nodes/#{certname}.yaml", values)
    end

    # The Puppetfile that names one release, as a user writes it.
    def write_puppetfile(author, module_name, version)
      @machine.write(path('Puppetfile'), "mod '#{author}/#{module_name}', '#{version}'\n")
    end

    def path(file)
      File.join(Settings::ENVIRONMENT_DIR, file)
    end

    private

    def defaults
      digest = Digest::SHA256.file(File.join(self.class.source_dir, SNAPSHOT)).hexdigest
      { 'cluster' => Settings::CLUSTER, 'declared_cluster' => Settings::CLUSTER, 'cluster_size' => 3,
        'member_kind' => 'galera::host', 'member_parameters' => {},
        'snapshot' => { 'source' => 'puppet:///modules/shop/shop.sql', 'sha256' => digest } }
    end

    def write_data(file, values)
      @machine.write(path("data/#{file}"), values.transform_keys { |key| "lab::#{key}" }.to_yaml)
    end
  end
end
