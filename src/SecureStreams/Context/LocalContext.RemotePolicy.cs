using SecureStreams.Integration.Http;
using SecureStreams.Policy;
using SecureStreams.Remote;
using SecureStreams.Tokens;
using SecureStreams.Transports;

namespace SecureStreams;

/// <summary>The policy from the network.</summary>
public sealed partial class LocalContext
{
    private RemotePolicyLoop? _remote;

    /// <summary>The remote policy; null unless <see cref="SsContextOptions.RemotePolicy"/> asks for one.</summary>
    public SsRemotePolicy? RemotePolicy { get; private set; }

    /// <summary>Takes what an earlier process kept, before there is any stream. The network comes last, in the background.</summary>
    private void BeginRemotePolicy()
    {
        var builtIn = _policy.Current;
        _policy.Fallback = name => name is PolicyFetcher.PolicyStream or PolicyFetcher.SignatureStream ? builtIn.Model.StreamTypes.GetValueOrDefault(name) : null;
        _remote = new RemotePolicyLoop(new RemotePolicyHost
        {
            Options = _options,
            BuiltIn = builtIn.Model,

            // The overlays of the options go over what is fetched too; files that lie over the base do not, so that what is fetched is never the same as their sum.
            BuiltInText = builtIn.Documents is { IsDefault: false } documents && documents.Length == 1 + _options.Overlays.Count ? documents[0].Utf8 : default,
            BuiltInBase = builtIn.Documents.IsDefaultOrEmpty ? default : builtIn.Documents[0].Utf8,
            Clients = NewSystemClient,
            InForce = () => Policy,
            Apply = document => UpdatePolicy(document),
            ApplyKept = document => UpdatePolicy([document], SsPolicyTrialOptions.None),
            Confirm = ConfirmAsync,
            Instruments = _runtime.Telemetry.Instruments,
        });
        RemotePolicy = new SsRemotePolicy(_remote);
        _remote.TakeKept();
    }

    /// <summary>Waits for the end of a trial: null when the change holds, else why it was taken back.</summary>
    private async Task<string?> ConfirmAsync(SsPolicyUpdate update, CancellationToken cancellationToken)
    {
        var trial = update.Trial;
        while (trial is not null)
        {
            var result = await trial.Completion.WaitAsync(cancellationToken).ConfigureAwait(false);
            switch (result.State)
            {
                case SsPolicyTrialState.Reverted:
                    return result.Reason;
                case SsPolicyTrialState.Abandoned:
                    // The context ends, and with it whoever waits here.
                    await Task.Delay(Timeout.InfiniteTimeSpan, _options.Platform.Time, cancellationToken).ConfigureAwait(false);
                    break;
                default:
                    // What came before it was over is tried together with it, and taken back together with it.
                    trial = result.State == SsPolicyTrialState.Superseded ? CurrentTrial : null;
                    break;
            }
        }

        return null;
    }

    /// <summary>A client over a streamtype that the context itself uses; null when there is none that it could use.</summary>
    private HttpClient? NewSystemClient(string streamType)
    {
        if (_policy.Find(streamType) is not { } policy || StreamTypeHandler.ProblemOf(streamType, policy) is not null || _transports.Wire is not TokenTransports { Wire: TransportFactory { Http: var http } })
            return null;
        return new HttpClient(new StreamTypeHandler(_runtime, http, policy, Interlocked.Increment(ref _lastStreamId), [], _ending.Token))
        {
            BaseAddress = RequestAddress.Base,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
