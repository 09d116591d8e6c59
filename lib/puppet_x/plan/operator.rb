# frozen_string_literal: true

require 'json'
require 'uri'

module PuppetX
  module Plan
    # Asks an orchestrator what it tells operators, and speaks to its clusters as one (docs/orchestrator.openapi.yaml),
    # with this node's certificate.
    class Operator
      PORT = 8146

      # It cannot be reached, or refuses.
      class Failed < StandardError; end

      # There is no cluster of that name.
      class UnknownCluster < StandardError; end

      # The cluster does not take what was said to it: as things are now (code `not_taken`), because its plan refuses it
      # (`refused`), or because it has no such input (`unknown_input`) or takes no such value there (`malformed`).
      class NotTaken < StandardError
        attr_reader :code, :help

        def initialize(message, code, help)
          super(message)
          @code = code
          @help = help
        end
      end

      NOT_TAKEN = %w[not_taken refused unknown_input malformed].freeze
      private_constant :NOT_TAKEN

      # At +url+, or else beside the Puppet Server.
      def self.at(url)
        new(url || "https://#{Puppet[:server]}:#{PORT}")
      end

      def initialize(url)
        @url = url.chomp('/')
      end

      # Of all clusters, or of one.
      def clusters(title = nil)
        return [cluster(title)] if title

        get('/plan/v1/clusters')['clusters'].map { |one| cluster(one['title']) }
      end

      # Says something to a cluster, by an input of its plan that is `operator => true`; `value` as JSON has it. With
      # `dry_run` nothing changes. Returns what came, or would come, of it.
      def order(title, input, value, dry_run: false)
        post("#{path_of(title)}/inputs/#{segment(input)}", { 'value' => value, 'dry_run' => dry_run })
      end

      private

      # With the members as the route of theirs gives them: they say what they published.
      def cluster(title)
        path = path_of(title)
        get(path).merge(get("#{path}/members").slice('members'))
      end

      def path_of(title)
        "/plan/v1/clusters/#{segment(title)}"
      end

      def segment(text)
        URI.encode_www_form_component(text).gsub('+', '%20')
      end

      def get(path)
        call do |http, options|
          http.get(URI(@url + path), headers: { 'Accept' => 'application/json' }, options: options)
        end
      end

      def post(path, body)
        headers = { 'Accept' => 'application/json', 'Content-Type' => 'application/json' }
        call { |http, options| http.post(URI(@url + path), JSON.generate(body), headers: headers, options: options) }
      end

      def call
        response = yield Puppet.runtime[:http], { ssl_context: ssl_context }
        return JSON.parse(response.body) if response.success?

        raise problem(response)
      rescue Puppet::HTTP::HTTPError, Puppet::SSL::SSLError, JSON::ParserError => e
        raise Failed, e.message
      end

      def problem(response)
        code, message, help = JSON.parse(response.body).fetch('error').values_at('code', 'message', 'help')
        return NotTaken.new(message, code, help) if NOT_TAKEN.include?(code)

        (code == 'unknown_cluster' ? UnknownCluster : Failed).new(message)
      rescue JSON::ParserError, KeyError, NoMethodError
        Failed.new("#{@url} answers #{response.code}")
      end

      def ssl_context
        @ssl_context ||= Puppet::SSL::SSLProvider.new.load_context
      end
    end
  end
end
