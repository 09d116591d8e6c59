# frozen_string_literal: true

require 'tmpdir'
require_relative '../../bench/lib/engine_bench'

# The programs that bench/engine compares: each does all of its workloads, in sizes that take no time. A peer that is
# not installed has no examples here; plan-bench has its own in ctest.
RSpec.describe EngineBench do
  peers = described_class.peers.select(&:installed?)

  before(:all) { peers.each(&:prepare) }

  peers.each do |peer|
    peer.groups.each do |group|
      it "#{peer.name} does #{group} and finds its result right" do
        readings = peer.readings(group, tiny: true)
        expect(readings).not_to be_empty
        expect(readings.map(&:workload)).to all(match(%r{\A#{group}(/|\z)}))
        expect(readings.map(&:rate)).to all(be_positive & be_finite)
      end
    end
  end

  describe EngineBench::PlanEngine do
    let(:folder) { Dir.mktmpdir }
    let(:binary) { "#{folder}/plan-bench" }

    after { FileUtils.rm_rf(folder) }

    def prints(text, code = 0)
      File.write(binary, "#!/bin/sh\ncat <<'END'\n#{text}\nEND\nexit #{code}\n")
      File.chmod(0o755, binary)
      described_class.new(binary).readings('G5', tiny: true)
    end

    it "reads Google Benchmark's rows" do
      row = { name: 'G5/memory/iterations:1', label: 'B/process', rate: 812.5 }
      expect(prints(JSON.generate(benchmarks: [row])))
        .to eq [EngineBench::Reading.new('G5/memory', 812.5, 'B/process')]
    end

    it 'takes no figure from a workload whose result was wrong' do
      row = { name: 'G5/spawn', error_occurred: true, error_message: '$alive is 1 and must be 50' }
      expect { prints(JSON.generate(benchmarks: [row])) }
        .to raise_error(EngineBench::Error, 'ours: G5/spawn: $alive is 1 and must be 50')
    end

    it 'says what a program said that failed' do
      expect { prints('no such plan', 1) }.to raise_error(EngineBench::Error, /plan-bench .*failed: no such plan/)
    end
  end

  describe EngineBench::Run do
    def program(name, readings)
      instance_double(EngineBench::Program, name: name, package: "#{name}-package", groups: %w[G1], prepare: nil,
                                            installed?: !readings.nil?).tap do |double|
        allow(double).to receive(:readings) { readings.call } if readings
      end
    end

    def run(*programs)
      described_class.new(rounds: 3, only: %w[G1], json: false, tiny: true, programs: programs).call
    end

    def reading(rate)
      [EngineBench::Reading.new('G1', rate, 'firings/s')]
    end

    it 'runs all in turns and shows medians' do
      order = []
      rates = [3.0, 1.0, 2.0].each
      ours = program('ours', -> { order << :ours and reading(rates.next) })
      other = program('Erlang', -> { order << :erlang and reading(1.0) })
      expect { expect(run(ours, other)).to eq 0 }
        .to output(%r{^G1 +firings/s +2 +1 +2  >= 1.5 × Erlang  met$}).to_stdout
      expect(order).to eq %i[ours erlang] * 3
    end

    it 'goes on without a program that fails, says so and exits 1' do
      ours = program('ours', -> { reading(2.0) })
      other = program('Erlang', -> { raise EngineBench::Error, 'Erlang failed' })
      expect { expect(run(ours, other)).to eq 1 }
        .to output(/not measured/).to_stdout.and output("engine: Erlang failed\n").to_stderr
    end

    it 'names the package of what is not installed and exits 0' do
      ours = program('ours', -> { reading(2.0) })
      expect { expect(run(ours, program('Erlang', nil))).to eq 0 }
        .to output(/: Erlang-package is not installed.*Erlang is left out: install Erlang-package/m).to_stdout
    end
  end
end
