namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>The process dies here.</summary>
internal sealed class ModelCrashException : Exception;
