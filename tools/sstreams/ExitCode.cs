namespace SecureStreams.Tool;

/// <summary>The exit statuses, as <c>docs/sstreams.md</c> lists them.</summary>
internal static class ExitCode
{
    /// <summary>It worked: the policy is sound, the transaction was acknowledged.</summary>
    public const int Success = 0;

    /// <summary>The stream failed, the peer refused, time ran out, or the result could not be written.</summary>
    public const int Failed = 1;

    /// <summary>The policies that were compared are not equal, as <c>diff</c> has it.</summary>
    public const int Different = 1;

    /// <summary>Nothing was run: wrong usage, or a policy that cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>Of <c>internet</c>: the network leads to a portal.</summary>
    public const int CaptivePortal = 3;

    /// <summary>Of <c>internet</c>: the network leads nowhere.</summary>
    public const int NoInternet = 4;

    /// <summary>A mistake of the program (EX_SOFTWARE of sysexits.h).</summary>
    public const int Internal = 70;

    /// <summary>128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGPIPE: whoever read standard output wants no more. Shells report other programs so, too.</summary>
    public const int BrokenPipe = 141;

    /// <summary>128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
