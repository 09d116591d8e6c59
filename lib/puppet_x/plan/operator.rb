# frozen_string_literal: true

require 'json'
require 'uri'

module PuppetX
  module Plan
    # Asks an orchestrator what it tells operators (docs/orchestrator.openapi.yaml), with this node's certificate.
    class Operator
      PORT = 8146

      # It cannot be reached, or refuses.
      class Failed < StandardError; end

      # There is no cluster of that name.
      class UnknownCluster < StandardError; end

      def initialize(url)
        @url = url.chomp('/')
      end

      # Of all clusters, or of one.
      def clusters(title = nil)
        return [cluster(title)] if title

        get('/plan/v1/clusters')['clusters'].map { |one| cluster(one['title']) }
      end

      private

      # With the members as the route of theirs gives them: they say what they published.
      def cluster(title)
        path = "/plan/v1/clusters/#{URI.encode_www_form_component(title).gsub('+', '%20')}"
        get(path).merge(get("#{path}/members").slice('members'))
      end

      def get(path)
        response = Puppet.runtime[:http].get(URI(@url + path), headers: { 'Accept' => 'application/json' },
                                                               options: { ssl_context: ssl_context })
        return JSON.parse(response.body) if response.success?

        raise (response.code == 404 ? UnknownCluster : Failed), problem(response)
      rescue Puppet::HTTP::HTTPError, Puppet::SSL::SSLError, JSON::ParserError => e
        raise Failed, e.message
      end

      def problem(response)
        JSON.parse(response.body).fetch('error').fetch('message')
      rescue JSON::ParserError, KeyError, NoMethodError
        "#{@url} answers #{response.code}"
      end

      def ssl_context
        @ssl_context ||= Puppet::SSL::SSLProvider.new.load_context
      end
    end
  end
end
