# frozen_string_literal: true

require 'tmpdir'

module OrchestratorBench
  # nginx with one worker, which answers every POST with a few bytes: what one thread can do if nothing is to be done.
  class Nginx
    PROGRAM = '/usr/sbin/nginx'

    def self.installed?
      File.executable?(PROGRAM)
    end

    # Yields the port. With an authority: TLS for its clients alone.
    def self.serve(authority: nil)
      Dir.mktmpdir('plan-nginx') do |directory|
        port = Peer.free_port
        File.write("#{directory}/nginx.conf", configuration(directory, port, authority))
        Peer.run(PROGRAM, '-p', directory, '-c', 'nginx.conf', '-e', "#{directory}/error.log") do
          Peer.connect(port).close
          yield port
        end
      end
    end

    def self.configuration(directory, port, authority)
      <<~CONF
        daemon off; master_process off; pid #{directory}/pid; error_log #{directory}/error.log;
        events { worker_connections 4096; }
        http {
          access_log off; keepalive_requests 100000000;
          client_body_temp_path #{directory}; proxy_temp_path #{directory}; fastcgi_temp_path #{directory};
          uwsgi_temp_path #{directory}; scgi_temp_path #{directory};
          server {
            listen 127.0.0.1:#{port}#{' ssl' if authority}; #{tls(authority) if authority}
            location / { return 200 "well\\n"; }
          }
        }
      CONF
    end

    def self.tls(authority)
      ca, certificate, key = authority.files_of('server')
      "ssl_certificate #{certificate}; ssl_certificate_key #{key}; ssl_client_certificate #{ca}; ssl_verify_client on;"
    end
  end
end
