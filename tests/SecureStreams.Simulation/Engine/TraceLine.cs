using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Simulation.Application;
using SecureStreams.Simulation.Edits;
using SecureStreams.Simulation.Faults;

namespace SecureStreams.Simulation.Engine;

/// <summary>One thing that happened, as numbers; text is made of it only when somebody reads it.</summary>
internal readonly record struct TraceLine(long Step, long Time, TraceKind Kind, int Stream, int A, long B)
{
    public override string ToString()
    {
        var who = Stream < 0 ? "-" : Stream.ToString(CultureInfo.InvariantCulture);
        var (a, b) = (A, B);
        var what = Kind switch
        {
            TraceKind.State => $"{(SsState)a}{(b == 0 ? "" : $" because of {(SsPhase)(b >> 32)}/{(SsCauseCode)(int)b}")}",
            TraceKind.Received => $"received {a} bytes, {(SsRxFlags)b}",
            TraceKind.Transmit => $"committed {a} pieces, {(SsTransmitResult)b}",
            TraceKind.PeerReceived => $"peer received {b} bytes of message {a}",
            TraceKind.Attempt => $"attempt {a} starts",
            TraceKind.Resolved => $"attempt {a}: name {(b == 0 ? "found" : $"failed ({b})")}",
            TraceKind.Socket => $"attempt {a}: socket {(b == 0 ? "connected" : $"failed ({b})")}",
            TraceKind.Fault => $"fault {(FaultKind)a} {b} ms",
            TraceKind.Application => $"application {(AppAction)a} {b}",
            TraceKind.Edit => $"policy edit {(EditKind)a}, revision {b}",
            TraceKind.Effect => $"the edit does {(SsPolicyAction)a} ({(PolicyImpact)b})",
            TraceKind.Finish => $"attempt {a} ends in order for another",
            _ => $"phase {(SimPhase)a}",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Step,8} {Time / 1_000_000}.{Time % 1_000_000:000000} #{who} {what}");
    }
}
