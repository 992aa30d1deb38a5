using System.Net;
using SecureStreams.Network;

namespace SecureStreams.Tests.Network.Support;

/// <summary>A resolver that answers as told and remembers what it was asked.</summary>
internal sealed class ScriptedNames(Func<string, CancellationToken, ValueTask<IReadOnlyList<IPAddress>>> answer) : SsNameResolver
{
    public List<string> Asked { get; } = [];

    public static ScriptedNames Answering(params string[] addresses) => new((_, _) => new([.. addresses.Select(IPAddress.Parse)]));

    public static ScriptedNames Failing(Exception error) => new((_, _) => ValueTask.FromException<IReadOnlyList<IPAddress>>(error));

    public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        Asked.Add(host);
        return answer(host, cancellationToken);
    }
}
