using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tests.EndToEnd.Faults;

/// <summary>One thing that befalls one connection.</summary>
/// <param name="Kind">What.</param>
/// <param name="Way">Which direction counts the bytes, and is hit where only one is.</param>
/// <param name="At">After how many bytes that way.</param>
internal sealed record Fault(FaultKind Kind, RelayDirection Way, long At)
{
    // Byte by byte, so many are enough to cut everything that has a head.
    private const int Dribbled = 1500;

    /// <summary>Whether a connection survives it.</summary>
    public bool IsHarmless => Kind is FaultKind.Dribble or FaultKind.Delay;

    public void Plant(RelayedConnection connection)
    {
        switch (Kind)
        {
            case FaultKind.Reset:
                connection.After(Way, At, static one => one.Reset());
                break;
            case FaultKind.EndToClient or FaultKind.EndToServer:
                connection.After(Way, At, one => one.HalfClose(Way));
                break;
            case FaultKind.Stop:
                connection.After(Way, At, static one => one.Stop(RelayDirection.Both));
                break;
            case FaultKind.Dribble:
                connection.After(Way, At, one =>
                {
                    one.After(Way, At + Dribbled, two => two.Resume(Way));
                    one.Dribble(Way);
                });
                break;
            default:
                connection.Delay(Way, TimeSpan.FromMilliseconds(1 + At % 3));
                break;
        }
    }
}
