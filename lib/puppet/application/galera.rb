# frozen_string_literal: true

require 'puppet/application/face_base'

# `puppet galera`: its exit code tells how the clusters are.
class Puppet::Application::Galera < Puppet::Application::FaceBase # rubocop:disable Style/ClassAndModuleChildren
  EXIT_CODES = { 'healthy' => 0, 'unknown' => 1 }.freeze
  NOT_HEALTHY = 2

  def render(result, arguments)
    @health = result['health'] if result.is_a?(Hash)
    super
  end

  # Puppet's own ends with 0 once it has printed something, and with 1 when it could not.
  def main
    super
  rescue SystemExit => e
    raise unless e.success? && @health

    exit(EXIT_CODES.fetch(@health, NOT_HEALTHY))
  end
end
