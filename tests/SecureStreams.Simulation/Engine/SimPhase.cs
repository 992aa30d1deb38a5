namespace SecureStreams.Simulation.Engine;

/// <summary>The parts of a run.</summary>
internal enum SimPhase
{
    /// <summary>Faults are injected and the application does what it likes.</summary>
    Chaos,

    /// <summary>The network is sound again and the application only wants to talk.</summary>
    Healed,

    /// <summary>Everything is disposed.</summary>
    Over,
}
