using SecureStreams.Integration.Http;
using SecureStreams.Policy;
using SecureStreams.Remote;
using SecureStreams.Transports;

namespace SecureStreams;

/// <summary>The policy from the network.</summary>
public sealed partial class LocalContext
{
    private RemotePolicyLoop? _remote;

    /// <summary>The remote policy; null unless <see cref="SsContextOptions.RemotePolicy"/> asks for one.</summary>
    public SsRemotePolicy? RemotePolicy { get; private set; }

    /// <summary>First what an earlier process kept, before there is any stream; then the network, in the background.</summary>
    private void BeginRemotePolicy()
    {
        var builtIn = _policy.Current;
        _policy.Fallback = name => name is PolicyFetcher.PolicyStream or PolicyFetcher.SignatureStream ? builtIn.Model.StreamTypes.GetValueOrDefault(name) : null;
        _remote = new RemotePolicyLoop(new RemotePolicyHost
        {
            Options = _options,
            BuiltIn = builtIn.Model,
            BuiltInText = builtIn.Documents is { IsDefault: false, Length: 1 } documents ? documents[0].Utf8 : default,
            Clients = NewSystemClient,
            InForce = () => Policy,
            Apply = document => UpdatePolicy(document),
            Confirm = static (_, _) => Task.FromResult<string?>(null),
            Instruments = _runtime.Telemetry.Instruments,
        });
        RemotePolicy = new SsRemotePolicy(_remote);
        _remote.TakeKept();
        _remote.Start();
    }

    /// <summary>A client over a streamtype that the context itself uses; null when there is none that it could use.</summary>
    private HttpClient? NewSystemClient(string streamType)
    {
        if (_policy.Find(streamType) is not { } policy || StreamTypeHandler.ProblemOf(streamType, policy) is not null || _transports.Wire is not TransportFactory { Http: var http })
            return null;
        return new HttpClient(new StreamTypeHandler(_runtime, http, policy, Interlocked.Increment(ref _lastStreamId), [], _ending.Token))
        {
            BaseAddress = RequestAddress.Base,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
