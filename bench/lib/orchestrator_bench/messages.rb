# frozen_string_literal: true

require 'tmpdir'

module OrchestratorBench
  # G10. Peers are asked plainly, which the goals are against, and over TLS as the daemon speaks it: mutual, RSA-4096,
  # kept alive.
  module Messages
    CLIENTS = 64
    DURABLE_CLIENTS = 128
    SECONDS = 3

    private

    def g10
      Authority.make do |authority|
        message_and_reply(authority)
        posts(authority)
        durable_posts(authority)
      end
    end

    def message_and_reply(authority)
      ours = Load.run('latency', 1000)['p50_us']
      add('G10 message to a held receiver and back, p50 us', ours)
      return unless Nats.installed?

      beside('nats request-reply', ours, Nats.request_reply, Nats.request_reply(authority: authority))
    end

    def posts(authority)
      ours = Load.run('posts', CLIENTS, SECONDS)['per_second']
      add('G10 posts a second', ours)
      return unless Nginx.installed?

      ask = lambda do |with|
        Nginx.serve(authority: with) do |port|
          Load.requests(port, CLIENTS, SECONDS, authority: with)['per_second']
        end
      end
      beside('nginx', ours, ask.call(nil), ask.call(authority))
    end

    def durable_posts(authority)
      ours = Load.run('posts', DURABLE_CLIENTS, SECONDS, where: Dir.tmpdir)['per_second']
      add('G10 durable posts a second, c=128', ours)
      return unless Etcd.installed?

      plain, secured = [nil, authority].map { |with| Etcd.puts_per_second(DURABLE_CLIENTS, SECONDS, authority: with) }
      beside('etcd', ours, plain, secured)
    end

    def beside(peer, ours, plain, secured)
      add("G10 #{peer}", plain)
      add("G10 the same / #{peer}", ours / plain)
      add("G10 #{peer} with TLS", secured)
      add("G10 the same / #{peer} with TLS", ours / secured)
    end
  end
end
