# frozen_string_literal: true

module PuppetX
  module Galera
    # Checks that several types share. Plain Ruby without constants: Puppet Server loads it once per environment.
    module Parameters
      module_function

      def check_service(value)
        return if value.to_s.match?(/\A[A-Za-z0-9:_.@-]+\z/)

        raise ArgumentError, "service must be the name of a systemd service, such as 'mariadb', not #{value.inspect}"
      end

      def check_absolute_path(name, value)
        return if value.to_s.match?(%r{\A/[^\0]*\z})

        raise ArgumentError, "#{name} must be an absolute path, not #{value.inspect}"
      end

      def check_seconds(name, value)
        return if value.to_s.match?(/\A\d+\z/)

        raise ArgumentError, "#{name} must be a whole number of seconds, not #{value.inspect}"
      end

      def check_port(value)
        return if value.to_s.match?(/\A\d{1,5}\z/) && Integer(value.to_s, 10).between?(1, 65_535)

        raise ArgumentError, "port must be a number from 1 to 65535, not #{value.inspect}"
      end

      def check_uuid(name, value)
        return if value.to_s.match?(/\A\h{8}(-\h{4}){3}-\h{12}\z/)

        raise ArgumentError, "#{name} must be a UUID, not #{value.inspect}"
      end

      # One address or several, as an Array of Strings.
      def addresses(value)
        Array(value).map(&:to_s)
      end
    end
  end
end
