# frozen_string_literal: true

require_relative '../../../support/plan_helper'
require_relative '../../../support/native_library'

RSpec.describe PuppetX::Plan::Native do
  include_context 'with Puppet'

  {
    { 'ruby_version' => '3.1.0', 'target_cpu' => 'x86_64', 'host_os' => 'linux-gnu' } => '3.1.0-x86_64-gnu',
    { 'ruby_version' => '2.7.0', 'target_cpu' => 'aarch64', 'host_os' => 'linux' } => '2.7.0-aarch64-gnu',
    { 'ruby_version' => '3.2.0', 'target_cpu' => 'x86_64', 'host_os' => 'linux-musl' } => '3.2.0-x86_64-musl'
  }.each do |config, flavour|
    it "wants #{flavour} for a Ruby of #{config['host_os']}" do
      expect(described_class.flavour(config)).to eq(flavour)
    end
  end

  it 'looks beside the Ruby files, where pluginsync puts it' do
    expect(described_class::DIRECTORY).to eq(File.join(PlanHelper::MODULE_ROOT, 'lib/puppet_x/galera/native'))
  end

  context 'with a file in its place' do
    around do |example|
      Dir.mktmpdir do |directory|
        @directory = directory
        File.chmod(0o755, directory)
        FileUtils.mkdir_p(File.dirname(file))
        example.run
      end
    end

    before do
      skip 'plan_engine.so is not built for this Ruby' unless NativeLibrary.path
      hide_const('PlanEngine')
      stub_const('PuppetX::Plan::Native::DIRECTORY', @directory)
    end

    let(:whole) { File.binread(NativeLibrary.path) }

    def file
      File.join(@directory, described_class.flavour, 'plan_engine.so')
    end

    # What came of loading it: in a process of its own, since a library stays in the one that loaded it.
    def loading(bytes)
      File.binwrite(file, bytes)
      reader, writer = IO.pipe
      pid = fork do
        writer.write(Marshal.dump(in_child { yield if block_given? }))
        writer.close
        exit!(0)
      end
      writer.close
      said = reader.read
      Process.wait(pid)
      expect($?).to be_success # rubocop:disable Style/SpecialGlobalVars -- a crash is what it must not be
      Marshal.load(said) # rubocop:disable Security/MarshalLoad -- from our own child
    end

    def in_child
      yield
      described_class.load
      openssl = File.readlines('/proc/self/maps').filter_map { |line| line[%r{/.*\.so.*}] }.uniq.grep(/lib(ssl|crypto)/)
      { abi: PlanEngine::RUBY_ABI, openssl: openssl.map { |path| File.basename(path)[/\A\w+/] }.sort }
    rescue described_class::Missing => e
      { error: e.message, half: Object.const_defined?(:PlanEngine) }
    end

    # Refused with these words; nothing of it is defined, and the message names what is wanted and what is there.
    def expect_refused(result, words)
      expect(result).to match(error: words, half: false)
      flavour = described_class.flavour
      expect(result[:error]).to include("#{flavour}/plan_engine.so", "there is #{flavour}")
    end

    def changed(from, to)
      whole.sub(from.b) { to.b }
    end

    it 'loads one that fits, and the process has one OpenSSL' do
      expect(loading(whole)).to eq(abi: RbConfig::CONFIG['ruby_version'], openssl: %w[libcrypto libssl])
    end

    it 'refuses one that was built for another Ruby' do
      foreign = NativeLibrary.foreign or skip('there is no library for another Ruby')
      abi = File.basename(File.dirname(foreign))[/\A[\d.]+/]
      expect_refused(loading(File.binread(foreign)), /cannot be loaded: it was built for Ruby's ABI #{abi};/)
    end

    it 'refuses what is no library' do
      expect_refused(loading(''), /is no library;/)
      expect_refused(loading("version https://example.com\n" * 9), /is no library;/)
      expect_refused(loading(whole[0, 60]), /is no library;/)
    end

    it 'refuses one for another processor, word size or byte order' do
      expect_refused(loading(whole.dup.tap { |bytes| bytes.setbyte(18, 243) }), /is for another processor;/)
      expect_refused(loading(whole.dup.tap { |bytes| bytes.setbyte(4, 3 - bytes.getbyte(4)) }), /another processor;/)
      expect_refused(loading(whole.dup.tap { |bytes| bytes.setbyte(5, 3 - bytes.getbyte(5)) }), /another processor;/)
    end

    it 'refuses one of which only a part arrived, wherever it ends' do
      size = PuppetX::Plan::SharedObject.new(NativeLibrary.path).size
      [100, size / 9, size / 2, size * 8 / 9, size - 1].each do |length|
        expect_refused(loading(whole[0, length]), /is only a part of a file;/)
      end
    end

    it 'refuses one that wants what this Ruby has not' do
      expect_refused(loading(changed("rb_eStandardError\0", "rb_eStandardErrox\0")),
                     /cannot be loaded: .*undefined symbol: rb_eStandardErrox/)
    end

    it 'refuses one that brings another OpenSSL than this process has' do
      expect_refused(loading(changed("libssl.so.3\0", "libssl.so.9\0")),
                     %r{brings libssl\.so\.9, and this process has /.*/libssl\.so\.3 already;})
    end

    it 'takes the OpenSSL of this process for the same when its package was upgraded meanwhile' do
      maps = File.readlines('/proc/self/maps')
      upgraded = maps.map { |line| line.sub(%r{/.*/lib(ssl|crypto)\.so.*}, '\0 (deleted)') }
      result = loading(whole) { allow(File).to receive(:readlines).with('/proc/self/maps').and_return(upgraded) }
      expect(result).to include(abi: RbConfig::CONFIG['ruby_version'])
    end

    it 'says that it may not be read' do
      skip 'needs root, to become somebody else' unless Process.uid.zero?
      refused = loading(whole) do
        File.chmod(0o000, file)
        Process::Sys.setresuid(65_534, 65_534, 65_534)
      end
      expect_refused(refused, /cannot be loaded: Permission denied/)
    end
  end
end
