namespace SecureStreams.Tests.Transports.Mqtt.Session.Model;

/// <summary>What may happen in a walk, besides cuts.</summary>
[Flags]
public enum ModelFaults
{
    /// <summary>Cuts only; the session is in memory.</summary>
    None = 0,

    /// <summary>The client's process dies and comes back with its journal.</summary>
    Crashes = 1,

    /// <summary>The broker loses the session.</summary>
    Forgetting = 2,

    /// <summary>The broker refuses some messages (MQTT 5).</summary>
    Refusals = 4,
}
