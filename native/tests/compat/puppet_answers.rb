# frozen_string_literal: true

require 'json'
require 'tmpdir'
require 'puppet'
require 'puppet_pal'

# What the installed Puppet makes of code, under Puppet 8's strict settings.
class PuppetAnswers
  # Yields answers while Puppet is set up; its directories are gone afterwards.
  def self.open
    Dir.mktmpdir do |directory|
      Puppet.initialize_settings(['--confdir', directory, '--vardir', directory])
      Puppet[:strict] = :error
      Puppet[:strict_variables] = true
      Puppet::Util::Log.level = :crit
      in_environment { |pal| yield new(pal) }
    end
  end

  def self.in_environment(&block)
    Puppet::Pal.in_tmp_environment('compat', modulepath: [], &block)
  end

  def initialize(pal)
    @pal = pal
  end

  # {"value" => rich data} or {"error" => Puppet's issue name, or nil where it has none}; with the message.
  # What defines something has an environment of its own, so that nothing of it is left.
  def answer(code)
    if code.match?(/\b(function|type)\s+[A-Za-z:]+/)
      self.class.in_environment { |pal| evaluate(pal, code) }
    else
      evaluate(@pal, code)
    end
  rescue Puppet::ErrorWithData, Puppet::PreformattedError, Puppet::ParseErrorWithIssue => e
    { 'error' => (e.issue_code.to_s if e.respond_to?(:issue_code) && e.issue_code), 'message' => e.message }
  rescue StandardError, ScriptError, SystemStackError, NoMemoryError => e
    { 'error' => nil, 'message' => "#{e.class}: #{e.message}" }
  end

  private

  def evaluate(pal, code)
    pal.with_catalog_compiler { |compiler| { 'value' => data(compiler.evaluate_string(code)) } }
  end

  # Through text, as a reader of the data sees it.
  def data(value)
    converter = Puppet::Pops::Serialization::ToDataConverter
    rich = converter.convert(value, rich_data: true, local_reference: false, type_by_reference: true)
    JSON.parse(JSON.generate([without_nan(rich)]), max_nesting: false)[0]
  end

  # JSON has no word for what is no number.
  def without_nan(rich)
    case rich
    when Hash then rich.transform_values { |value| without_nan(value) }
    when Array then rich.map { |value| without_nan(value) }
    when Float then rich.finite? ? rich : { '__ptype' => 'Float', '__pvalue' => rich.to_s }
    else rich
    end
  end
end
