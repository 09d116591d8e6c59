# frozen_string_literal: true

require 'json'

module PuppetX
  module Plan
    # Values as JSON and back, in the form that the engine reads and writes: Puppet's rich data, and for a resource or a
    # reference to one {"__ptype": "Resource", "type": …, "title": …, "parameters": {…} or null}.
    # Sensitive values are in the clear in that JSON: it goes to the engine, never to a log.
    # (No constants: a Puppet Server loads this file once for each environment.)
    module RichData
      module_function

      def dump(value)
        JSON.generate(encode(value))
      end

      def encode(value)
        case value
        when nil, true, false, Integer, Float, String then value
        when Symbol then value == :default ? { '__ptype' => 'Default' } : value.to_s
        when Array then value.map { |element| encode(element) }
        when Hash then encode_hash(value)
        when Puppet::Resource, Puppet::Type then reference(value.type, value.title)
        when Puppet::Pops::Types::PResourceType then reference(value.type_name, value.title)
        else encode_other(value)
        end
      end

      def decode(value)
        case value
        when Array then value.map { |element| decode(element) }
        when Hash
          value.key?('__ptype') ? decode_tagged(value) : value.transform_values { |element| decode(element) }
        else value
        end
      end

      def reference(type, title)
        { '__ptype' => 'Resource', 'type' => type.to_s.split('::').map(&:capitalize).join('::'), 'title' => title,
          'parameters' => nil }
      end

      def encode_hash(hash)
        if hash.keys.all?(String) && !hash.key?('__ptype')
          hash.transform_values { |element| encode(element) }
        else
          { '__ptype' => 'Hash', '__pvalue' => hash.flat_map { |key, element| [encode(key), encode(element)] } }
        end
      end

      def encode_other(value)
        if value.is_a?(Puppet::Pops::Types::PSensitiveType::Sensitive)
          return { '__ptype' => 'Sensitive', '__pvalue' => encode(value.unwrap) }
        end

        Puppet::Pops::Serialization::ToDataConverter.convert(
          value, rich_data: true, type_by_reference: true, symbol_as_string: true, message_prefix: 'plan_process'
        )
      end

      def decode_tagged(value)
        content = value['__pvalue']
        case value['__ptype']
        when 'Hash' then content.each_slice(2).to_h { |key, element| [decode(key), decode(element)] }
        when 'Sensitive' then Puppet::Pops::Types::PSensitiveType::Sensitive.new(decode(content))
        when 'Default' then :default
        when 'Resource' then Puppet::Resource.new(value['type'], value['title'])
        when 'Process' then value['resource']
        when 'Queue' then "#{decode(value['process'])}.#{value['name']}"
        else Puppet::Pops::Serialization::FromDataConverter.convert(value)
        end
      end

      private_class_method :reference, :encode_hash, :encode_other, :decode_tagged
    end
  end
end
