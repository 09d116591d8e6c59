# frozen_string_literal: true

require_relative '../../../puppet_x/plan/rich_data'

# Writes a value as JSON, the way the plan engine reads it: what JSON lacks is in Puppet's rich data form.
Puppet::Functions.create_function(:'galera::to_json') do
  # @param value The value. A `Sensitive` one is written in the clear, so give the result to nothing that is logged.
  # @return [String] One line of JSON.
  # @example
  #   galera::to_json({ 'cluster_size' => 3 })
  dispatch :to_json do
    param 'Any', :value
    return_type 'String'
  end

  def to_json(value)
    PuppetX::Plan::RichData.dump(value)
  end
end
