# frozen_string_literal: true

require 'tmpdir'

ENV['GALERA_LAB'] = File.join(Dir.tmpdir, 'galera-lab-spec')
require_relative '../lib/lab'
