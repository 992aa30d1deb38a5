using System.Text;

namespace SecureStreams.Transports.Http.Cookies;

/// <summary>The cookies of a context (RFC 6265 sections 5.3 and 5.4), from any thread. Bounded: those that were not used for longest go first.</summary>
internal sealed class CookieJar
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Cookie>> _domains = new(StringComparer.Ordinal);
    private long _uses;
    private long _ordered;
    private int _count;

    /// <summary>Counts the changes of cookies that outlast the context.</summary>
    public long Changes { get; private set; }

    /// <summary>Takes what a Set-Cookie header says.</summary>
    /// <param name="origin">Where the answer came from.</param>
    /// <param name="header">The header's value.</param>
    /// <param name="now">The clock.</param>
    /// <returns>Whether it was for this peer to say.</returns>
    public bool Set(in CookieOrigin origin, string header, DateTimeOffset now)
    {
        if (SetCookieLine.Parse(header, now) is not { } line || !TryScope(origin, line.Domain, out var domain, out var hostOnly))
            return false;
        var path = line.Path ?? CookieRules.DefaultPath(origin.Path);
        if ((line.Secure && !origin.Secure) || !KeepsPrefix(line, hostOnly))
            return false;
        var latest = now + CookieDefaults.LongestLife;
        var cookie = new Cookie(line.Name, line.Value)
        {
            Domain = domain, HostOnly = hostOnly, Path = path, Secure = line.Secure, Expires = line.Expires > latest ? latest : line.Expires,
        };
        lock (_lock)
            return PutUnderLock(cookie, origin, now);
    }

    /// <summary>The Cookie header of a request; null where there are none for it.</summary>
    public string? HeaderFor(in CookieOrigin origin, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_count == 0)
                return null;
            List<Cookie>? chosen = null;
            var lookup = _domains.GetAlternateLookup<ReadOnlySpan<char>>();
            for (var domain = origin.Host.AsSpan(); !domain.IsEmpty;)
            {
                if (lookup.TryGetValue(domain, out var cookies))
                    Choose(cookies, domain.Length == origin.Host.Length, origin, now, ref chosen);
                var dot = origin.HasDomain ? domain.IndexOf('.') : -1;
                domain = dot < 0 ? default : domain[(dot + 1)..];
            }

            return chosen is null ? null : Write(chosen);
        }
    }

    /// <summary>The cookies that outlast the context.</summary>
    public (List<Cookie> Cookies, long Changes) Persistent(DateTimeOffset now)
    {
        lock (_lock)
            return ([.. _domains.Values.SelectMany(static one => one).Where(one => one.Expires is not null && !one.IsExpired(now)).OrderBy(static one => one.Order)], Changes);
    }

    /// <summary>Puts one back that was kept.</summary>
    public void Restore(Cookie cookie, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (!cookie.IsExpired(now))
                AddUnderLock(cookie, now);
        }
    }

    private static bool TryScope(in CookieOrigin origin, string? stated, out string domain, out bool hostOnly)
    {
        domain = origin.Host;
        hostOnly = true;
        if (stated is null || (stated == origin.Host && (!origin.HasDomain || CookieRules.IsPublic(stated))))
            return true;
        if (!origin.HasDomain || stated.Length == 0 || CookieRules.IsPublic(stated) || !CookieRules.DomainMatches(origin.Host, stated))
            return false;
        (domain, hostOnly) = (stated, false);
        return true;
    }

    /// <summary>Names that promise something are refused where the promise is not kept.</summary>
    private static bool KeepsPrefix(SetCookieLine line, bool hostOnly)
    {
        // One without a name travels as its value alone, so that its beginning passes for a name's.
        var name = line.Name.Length == 0 ? line.Value : line.Name;
        if (name.StartsWith("__Host-", StringComparison.OrdinalIgnoreCase))
            return line.Name.Length > 0 && line is { Secure: true, Path: "/", Domain: null } && hostOnly;
        return !name.StartsWith("__Secure-", StringComparison.OrdinalIgnoreCase) || (line.Name.Length > 0 && line.Secure);
    }

    private static bool IsSame(Cookie one, Cookie other) => one.Name == other.Name && one.Path == other.Path && one.HostOnly == other.HostOnly;

    private static string Write(List<Cookie> cookies)
    {
        // Longer paths first, then older ones.
        cookies.Sort(static (one, other) => one.Path.Length != other.Path.Length ? other.Path.Length - one.Path.Length : one.Order.CompareTo(other.Order));
        var text = new StringBuilder();
        foreach (var cookie in cookies)
        {
            text.Append(text.Length == 0 ? "" : "; ").Append(cookie.Name);
            if (cookie.Name.Length > 0)
                text.Append('=');
            text.Append(cookie.Value);
        }

        return text.ToString();
    }

    private void Choose(List<Cookie> cookies, bool isHost, in CookieOrigin origin, DateTimeOffset now, ref List<Cookie>? chosen)
    {
        foreach (var cookie in cookies)
        {
            if ((cookie.HostOnly && !isHost) || (cookie.Secure && !origin.Secure) || cookie.IsExpired(now) || !CookieRules.PathMatches(cookie.Path, origin.Path))
                continue;
            cookie.LastUsed = ++_uses;
            (chosen ??= []).Add(cookie);
        }
    }

    private bool PutUnderLock(Cookie cookie, in CookieOrigin origin, DateTimeOffset now)
    {
        var old = _domains.TryGetValue(cookie.Domain, out var cookies) ? cookies.Find(one => IsSame(one, cookie)) : null;

        // What came over TLS is not for somebody in the middle of a clear connection to replace.
        if (!origin.Secure && ReplacesSecure(cookie, origin))
            return false;
        if (old is not null)
        {
            cookies!.Remove(old);
            _count--;
            cookie = new Cookie(cookie.Name, cookie.Value)
            {
                Domain = cookie.Domain, HostOnly = cookie.HostOnly, Path = cookie.Path, Secure = cookie.Secure, Expires = cookie.Expires, Order = old.Order,
            };
        }

        if (old?.Expires is not null || (cookie.Expires is not null && !cookie.IsExpired(now)))
            Changes++;
        if (!cookie.IsExpired(now))
            AddUnderLock(cookie, now);
        else if (cookies?.Count == 0)
            _domains.Remove(cookie.Domain);
        return true;
    }

    private bool ReplacesSecure(Cookie cookie, in CookieOrigin origin)
    {
        for (var domain = origin.Host; ; domain = domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (_domains.TryGetValue(domain, out var cookies) && cookies.Exists(one => one.Secure && one.Name == cookie.Name && CookieRules.PathMatches(one.Path, cookie.Path)))
                return true;
            if (!origin.HasDomain || !domain.Contains('.', StringComparison.Ordinal))
                return false;
        }
    }

    private void AddUnderLock(Cookie cookie, DateTimeOffset now)
    {
        if (!_domains.TryGetValue(cookie.Domain, out var cookies))
            _domains.Add(cookie.Domain, cookies = []);
        cookies.Add(cookie);
        _count++;
        cookie.LastUsed = ++_uses;
        if (cookie.Order == 0)
            cookie.Order = ++_ordered;
        if (cookies.Count > CookieDefaults.MaxPerDomain)
            Evict(cookies, now);
        if (_count > CookieDefaults.MaxTotal)
            Evict(_domains.Values.SelectMany(static one => one), now);
    }

    private void Evict(IEnumerable<Cookie> among, DateTimeOffset now)
    {
        var expired = among.Where(one => one.IsExpired(now)).ToList();
        foreach (var cookie in expired.Count > 0 ? expired : [among.MinBy(static one => one.LastUsed)!])
        {
            var cookies = _domains[cookie.Domain];
            cookies.Remove(cookie);
            _count--;
            if (cookies.Count == 0)
                _domains.Remove(cookie.Domain);
        }
    }
}
