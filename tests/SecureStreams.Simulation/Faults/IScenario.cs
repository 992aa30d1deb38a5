namespace SecureStreams.Simulation.Faults;

/// <summary>Faults that are chosen, not drawn. Told of what happens where it cares.</summary>
internal interface IScenario
{
    /// <summary>The run begins: plans its events.</summary>
    void Start();

    /// <summary>An attempt did its first thing on the network.</summary>
    void AttemptSeen();

    /// <summary>The run's first part is over, and the streams are still there.</summary>
    void Finish();
}
