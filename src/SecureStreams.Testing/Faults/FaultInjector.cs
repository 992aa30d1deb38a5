using System.Collections.Concurrent;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Testing.Faults;

/// <summary>The faults of one context, a part for each streamtype that has connected.</summary>
internal sealed class FaultInjector(TimeProvider time, Func<string, StreamTypePolicy?> findPolicy) : SsFaultInjector
{
    private readonly ConcurrentDictionary<string, FaultedType> _types = new(StringComparer.Ordinal);

    public override SsFaultedDial? Begin(string streamType) => TypeOf(streamType).Begin();

    public override SsFaultAnswer? Answer(string streamType) => TypeOf(streamType).Answer();

    public override void MessageReceived(string streamType)
    {
        if (_types.TryGetValue(streamType, out var type))
            type.MessageReceived();
    }

    public override void PolicyChanged()
    {
        foreach (var (_, type) in _types)
            type.PolicyChanged();
    }

    private FaultedType TypeOf(string streamType) => _types.GetOrAdd(streamType, static (name, self) => new FaultedType(name, self.Time, self.Find), (Time: time, Find: findPolicy));
}
