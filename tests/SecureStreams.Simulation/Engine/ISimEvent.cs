namespace SecureStreams.Simulation.Engine;

/// <summary>What the event heap calls when its moment has come.</summary>
internal interface ISimEvent
{
    /// <summary>The moment has come.</summary>
    /// <param name="argument">What was given when it was scheduled; timers tell stale firings by it.</param>
    /// <returns>False when it was stale, so that it is no step.</returns>
    bool Fire(int argument);
}
