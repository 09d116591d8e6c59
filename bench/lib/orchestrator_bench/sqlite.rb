# frozen_string_literal: true

require 'fileutils'
require 'open3'
require 'tmpdir'

module OrchestratorBench
  # Firings that are acknowledged once they are stored, and raw SQLite, each on a store of its own on the same disk.
  module Sqlite
    SECONDS = 2
    SOURCE = File.expand_path('../../peers/sqlite.cc', __dir__)
    MADE = File.expand_path('../../../build/bench', __dir__)
    PEER = File.join(MADE, 'sqlite')

    module_function

    # Of so many processes, so many in a commit: per_second, p50_us and p99_us of the acknowledgement.
    def firings(processes, batch)
      on_disk { |directory| Load.figures(File.join(Load::BIN, 'plan-durable'), directory, processes, batch, SECONDS) }
    end

    # Pairs of a row deleted and one inserted a second.
    def raw(batch)
      on_disk { |directory| Load.figures(peer, directory, 'batch', batch, SECONDS) }['per_second']
    end

    # Microseconds, p50.
    def fdatasync
      on_disk { |directory| Load.figures(peer, directory, 'fdatasync', SECONDS) }['p50_us']
    end

    def on_disk(&block)
      Dir.mktmpdir('plan-durable', &block)
    end

    def peer
      return PEER if File.exist?(PEER) && File.mtime(PEER) >= File.mtime(SOURCE)

      FileUtils.mkdir_p(MADE)
      out, status = Open3.capture2e('g++', '-std=c++20', '-O2', '-o', PEER, SOURCE, '-lsqlite3')
      raise Error, "#{SOURCE}: #{out.strip}" unless status.success?

      PEER
    end
  end
end
