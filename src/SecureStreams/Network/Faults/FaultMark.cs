using SecureStreams.Policy;

namespace SecureStreams.Network;

/// <summary>Keeps connections of streamtypes whose faults differ apart, and names the streamtype to the injector. Only where faults are injected.</summary>
/// <param name="StreamType">The streamtype.</param>
/// <param name="Text">What its policy says of faults, as one text.</param>
internal sealed record FaultMark(string StreamType, string Text)
{
    public static FaultMark Of(StreamTypePolicy policy) =>
        new(policy.Name, string.Join('\n', policy.Find(FaultGate.Faults) is { } stated ? stated.Value.Items.Select(static one => one.Text) : []));
}
