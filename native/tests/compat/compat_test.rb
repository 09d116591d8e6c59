#!/usr/bin/env ruby
# frozen_string_literal: true

# Runs every expression by `planctl eval --batch` and by the installed Puppet, and compares: value with value, error
# with error (Puppet's issue name where Puppet has one). compat_test.rb PLANCTL [FILE-NAME…] tells each difference.

require 'json'
require 'open3'
require 'tempfile'
require 'yaml'
require_relative 'expressions'
require_relative 'puppet_answers'

LEAST = 1500

# Deliberate differences, and the reason for each.
class Differences
  def initialize(path)
    @reasons = YAML.safe_load_file(path).flat_map do |entry|
      entry['expressions'].map do |code|
        [code, entry['because']]
      end
    end.to_h
  end

  def deliberate?(code)
    @reasons.key?(code)
  end

  def unknown(codes)
    @reasons.keys - codes
  end
end

# What the two make of one expression.
Comparison = Struct.new(:file, :code, :ours, :puppets) do
  def same?
    return false if ours.nil?

    if puppets.key?('error')
      return ours.key?('error') && (puppets['error'].nil? || ours.dig('error',
                                                                      'code') == puppets['error'])
    end

    ours.key?('value') && ours['value'].eql?(puppets['value'])
  end

  def to_s
    ["#{file}: #{code}", "  Puppet: #{shown(puppets)}", "  planctl: #{shown(ours)}"].join("\n")
  end

  private

  def shown(answer)
    return 'nothing' if answer.nil?
    return JSON.generate(answer['value']) if answer.key?('value')

    error = answer['error']
    code, message = error.is_a?(Hash) ? error.values_at('code', 'message') : [error || '(no issue)', answer['message']]
    "error #{code}: #{message}"
  end
end

def planctl_answers(planctl, codes)
  Tempfile.create('expressions') do |file|
    codes.each { |code| file.puts(JSON.generate(code)) }
    file.close
    output, status = Open3.capture2(planctl, 'eval', '--batch', file.path)
    answers = output.lines.map { |line| JSON.parse(line, max_nesting: false) }
    unless status.success?
      abort "planctl failed (#{status}) after #{answers.size} of #{codes.size}: #{codes[answers.size]}"
    end
    answers
  end
end

planctl, *only = ARGV
here = __dir__
expressions = Expressions.read(here, only)
codes = expressions.map(&:last)
ours = planctl_answers(planctl, codes)
puppets = PuppetAnswers.open { |puppet| codes.map { |code| puppet.answer(code) } }
differences = Differences.new(File.join(here, 'differences.yaml'))

compared = expressions.each_with_index.map { |(file, code), i| Comparison.new(file, code, ours[i], puppets[i]) }
failures = compared.select { |one| one.same? == differences.deliberate?(one.code) }
failures.each do |one|
  puts one.same? ? "#{one.file}: #{one.code}\n  is listed in differences.yaml, and does not differ" : one.to_s
end
unknown = only.empty? ? differences.unknown(codes) : []
unknown.each { |code| puts "differences.yaml: #{code}\n  is no expression of this test" }
puts "compat: #{compared.size} expressions, #{failures.size + unknown.size} differences"
exit failures.empty? && unknown.empty? && (compared.size >= LEAST || !only.empty?)
