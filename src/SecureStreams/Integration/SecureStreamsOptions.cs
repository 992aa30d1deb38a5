using System.ComponentModel.DataAnnotations;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>
/// What <c>services.AddSecureStreams</c> makes a context of. Mutable, for settings files and <c>Configure</c> calls; validated when the host starts. Read when the context is made, and when the
/// settings are reloaded: another <see cref="PolicyFile"/>, <see cref="PolicyJson"/> or list of <see cref="OverlayFiles"/> is an update of the policy then, <see cref="WatchFiles"/> is followed, and whatever
/// else changed waits for the next start, with a warning.
/// </summary>
public sealed class SecureStreamsOptions : IValidatableObject
{
    /// <summary>The policy file: JSON, UTF-8. A relative path is below the host's content root; without a host, below the current directory. One of this, <see cref="PolicyJson"/> and <see cref="Model"/> is needed.</summary>
    [StringLength(4096, MinimumLength = 1, ErrorMessage = "PolicyFile is empty or longer than a path can be: give it the path of a policy, or leave it out.")]
    public string? PolicyFile { get; set; }

    /// <summary>The policy as text, instead of a file; diagnostics call it <c>policy</c>.</summary>
    public string? PolicyJson { get; set; }

    /// <summary>The policy as a model, instead of text: of a compiled policy. Overlays cannot go over it.</summary>
    public PolicyModel? Model { get; set; }

    /// <summary>Overlays in files, in their order; paths as <see cref="PolicyFile"/>.</summary>
    public IList<string> OverlayFiles { get; } = [];

    /// <summary>Overlays as text, on top of <see cref="OverlayFiles"/>, in their order.</summary>
    public IList<PolicyDocument> Overlays { get; } = [];

    /// <summary>As <see cref="SsContextOptions.LastOverlay"/>, over all of these; null, the default, for none. Not in settings files, and not over <see cref="Model"/>.</summary>
    public Func<PolicyModel, PolicyDocument?>? LastOverlay { get; set; }

    /// <summary>Whether the files are watched and what they say is put in force when it changes, as by <see cref="SsContextOptions.WatchPolicyFiles"/>. False by default.</summary>
    public bool WatchFiles { get; set; }

    /// <summary>How they are watched when <see cref="WatchFiles"/> says so; defaults at first. Not in settings files.</summary>
    [Required]
    public SsPolicyWatchOptions WatchPolicyFiles { get; set; } = new();

    /// <summary>As <see cref="SsContextOptions.Product"/>; null, the default, accepts policies of any product.</summary>
    [StringLength(4096, MinimumLength = 1, ErrorMessage = "Product is empty or very long: name the product that policies must be for, or leave it out.")]
    public string? Product { get; set; }

    /// <summary>As <see cref="SsContextOptions.StrictPolicy"/>: warnings refuse the policy too. False by default.</summary>
    public bool StrictPolicy { get; set; }

    /// <summary>As <see cref="SsContextOptions.Platform"/>; the real world by default. Not in settings files.</summary>
    [Required]
    public SsPlatform Platform { get; set; } = SsPlatform.System;

    /// <summary>As <see cref="SsContextOptions.ListenerFactory"/>; null by default. Not in settings files.</summary>
    public IListenerFactory? ListenerFactory { get; set; }

    /// <summary>As <see cref="SsContextOptions.FaultInjectors"/>; null by default. Not in settings files.</summary>
    public Network.ISsFaultInjectorFactory? FaultInjectors { get; set; }

    /// <summary>As <see cref="SsContextOptions.StateFolder"/>, a path as <see cref="PolicyFile"/>; null, the default, keeps nothing on disk.</summary>
    [StringLength(4096, MinimumLength = 1, ErrorMessage = "StateFolder is empty or longer than a path can be: give it the path of a folder, or leave it out.")]
    public string? StateFolder { get; set; }

    /// <summary>As <see cref="SsContextOptions.AdminSocket"/>, a path as <see cref="PolicyFile"/>; null, the default, for none.</summary>
    [StringLength(4096, MinimumLength = 1, ErrorMessage = "AdminSocket is empty or longer than a path can be: give it the path of a Unix socket, or leave it out.")]
    public string? AdminSocket { get; set; }

    /// <summary>As <see cref="SsContextOptions.FollowNetworkChanges"/>; false by default.</summary>
    public bool FollowNetworkChanges { get; set; }

    /// <summary>As <see cref="SsContextOptions.Blobs"/>; null, the default, takes the store in the container, if there is one. Not in settings files.</summary>
    public ISsBlobStore? Blobs { get; set; }

    /// <summary>As <see cref="SsContextOptions.CaptivePortal"/>; never by itself, by default.</summary>
    [Required]
    public SsCaptivePortalOptions CaptivePortal { get; set; } = new();

    /// <summary>
    /// As <see cref="SsContextOptions.RemotePolicy"/>, its <see cref="SsRemotePolicyOptions.Folder"/> a path as <see cref="PolicyFile"/>; null, the default, fetches no policy. In settings files <c>true</c> is one
    /// with the defaults, <c>false</c> none, and an object names what differs from the defaults.
    /// </summary>
    public SsRemotePolicyOptions? RemotePolicy { get; set; }

    /// <summary>As <see cref="SsContextOptions.TokensAtStart"/>; null, the default, fetches none before a stream needs it.</summary>
    public TimeSpan? TokensAtStart { get; set; }

    /// <summary>As <see cref="SsContextOptions.MeterFactory"/>; null, the default, takes the factory in the container, if there is one. Not in settings files.</summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>What a settings file says that cannot be understood.</summary>
    internal List<string> Misread { get; } = [];

    /// <summary>The same for a context.</summary>
    /// <param name="services">Where what is not given here may be.</param>
    /// <param name="locate">Makes paths absolute.</param>
    internal SsContextOptions ToContextOptions(IServiceProvider services, Func<string, string> locate) => new()
    {
        Product = Product,
        StrictPolicy = StrictPolicy,
        WatchPolicyFiles = WatchFiles ? WatchPolicyFiles : null,
        Overlays = [.. Overlays],
        LastOverlay = LastOverlay,
        Platform = Platform,
        ListenerFactory = ListenerFactory,
        FaultInjectors = FaultInjectors,
        LoggerFactory = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance,
        StateFolder = StateFolder is null ? null : locate(StateFolder),
        RemotePolicy = RemotePolicy is { Folder: { } folder } remote ? remote with { Folder = locate(folder) } : RemotePolicy,
        TokensAtStart = TokensAtStart,
        CaptivePortal = CaptivePortal,
        FollowNetworkChanges = FollowNetworkChanges,
        AdminSocket = AdminSocket is null ? null : locate(AdminSocket),
        Blobs = Blobs ?? services.GetService<ISsBlobStore>(),
        MeterFactory = MeterFactory ?? services.GetService<IMeterFactory>(),
    };

    /// <summary>What the policy is made of, under <see cref="Overlays"/>; null for a model.</summary>
    /// <param name="locate">Makes paths absolute.</param>
    internal PolicyLayers? ToLayers(Func<string, string> locate) => Model is not null
        ? null
        : new PolicyLayers([PolicyJson is { } json ? PolicyLayer.Of(PolicyDocument.FromJson(json, "policy")) : PolicyLayer.Of(locate(PolicyFile!)), .. OverlayFiles.Select(path => PolicyLayer.Of(locate(path)))]);

    /// <summary>The members that differ and cannot be followed while the context runs.</summary>
    internal IEnumerable<string> FixedDifferences(SecureStreamsOptions before)
    {
        if (Product != before.Product)
            yield return nameof(Product);
        if (StrictPolicy != before.StrictPolicy)
            yield return nameof(StrictPolicy);
        if (StateFolder != before.StateFolder)
            yield return nameof(StateFolder);
        if (AdminSocket != before.AdminSocket)
            yield return nameof(AdminSocket);
        if (FollowNetworkChanges != before.FollowNetworkChanges)
            yield return nameof(FollowNetworkChanges);
        if (RemotePolicy != before.RemotePolicy)
            yield return nameof(RemotePolicy);
        if (CaptivePortal != before.CaptivePortal)
            yield return nameof(CaptivePortal);
        if (TokensAtStart != before.TokensAtStart)
            yield return nameof(TokensAtStart);
    }

    /// <inheritdoc/>
    IEnumerable<ValidationResult> IValidatableObject.Validate(ValidationContext validationContext)
    {
        foreach (var one in Misread)
            yield return new ValidationResult(one);
        var sources = (PolicyFile is null ? 0 : 1) + (PolicyJson is null ? 0 : 1) + (Model is null ? 0 : 1);
        if (sources == 0)
            yield return new ValidationResult("There is no policy: set PolicyFile, PolicyJson or Model.");
        if (sources > 1)
            yield return new ValidationResult("There is more than one policy: set one of PolicyFile, PolicyJson and Model, and what goes over it as overlays.");
        if (Model is not null && OverlayFiles.Count + Overlays.Count > 0)
            yield return new ValidationResult("Overlays go over text and Model has none: set PolicyFile or PolicyJson instead, or leave the overlays out.");
        if (TokensAtStart < SsContextOptions.ShortestTokenWait || TokensAtStart > SsContextOptions.LongestTokenWait)
            yield return new ValidationResult("TokensAtStart is out of range: 1 ms to a day, or null.");
        if (OverlayFiles.Any(string.IsNullOrEmpty))
            yield return new ValidationResult("OverlayFiles has an empty path: remove it.");
        if (Overlays.Any(static overlay => overlay.Name is null))
            yield return new ValidationResult("Overlays has a document without a name: make it with PolicyDocument.FromJson(text, name).");
    }
}
