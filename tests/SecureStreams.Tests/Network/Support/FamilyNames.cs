using System.Net;
using System.Net.Sockets;
using SecureStreams.Network;

namespace SecureStreams.Tests.Network.Support;

/// <summary>A resolver that answers by family, when and as the test says.</summary>
internal sealed class FamilyNames : SsNameResolver
{
    private readonly Lock _lock = new();
    private readonly List<Query> _queries = [];

    public override bool AnswersByFamily => true;

    /// <summary>What was asked, in order: <c>6 host</c>, <c>4 host</c>.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_lock)
                return [.. _queries.Select(static one => $"{(one.Family == AddressFamily.InterNetworkV6 ? 6 : 4)} {one.Host}")];
        }
    }

    /// <summary>The last query for a family.</summary>
    public Query Last(AddressFamily family)
    {
        lock (_lock)
            return _queries.Last(one => one.Family == family);
    }

    public void Answer6(params string[] addresses) => Last(AddressFamily.InterNetworkV6).Answer(addresses);

    public void Answer4(params string[] addresses) => Last(AddressFamily.InterNetwork).Answer(addresses);

    public void Fail6(SocketError error) => Last(AddressFamily.InterNetworkV6).Completion.SetException(new SocketException((int)error));

    public void Fail4(SocketError error) => Last(AddressFamily.InterNetwork).Completion.SetException(new SocketException((int)error));

    public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("It answers by family.");

    public override ValueTask<IReadOnlyList<IPAddress>> ResolveAsync(string host, AddressFamily family, CancellationToken cancellationToken)
    {
        var query = new Query(host, family, cancellationToken);
        lock (_lock)
            _queries.Add(query);
        return new ValueTask<IReadOnlyList<IPAddress>>(query.Completion.Task);
    }

    internal sealed record Query(string Host, AddressFamily Family, CancellationToken Token)
    {
        public TaskCompletionSource<IReadOnlyList<IPAddress>> Completion { get; } = new(TaskCreationOptions.None);

        public void Answer(params string[] addresses) => Completion.SetResult([.. addresses.Select(IPAddress.Parse)]);
    }
}
